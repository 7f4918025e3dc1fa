"""Procedural people: `Person.sample(seed)` decides who it is, `assemble` poses and dresses them as a `Scene`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float

from lca.geometry.body import PARTS
from lca.geometry.skinning import full_pose, joint_transforms
from lca.world.body.figure import Figure, Piece, body_pattern, joint
from lca.world.body.mesh import joined_faces
from lca.world.body.rest_face import resting
from lca.world.body.scene import SCENE_PARTS, Scene, vertex_normals
from lca.world.cloth.collision import below_collar, clear_of
from lca.world.hair.accessories import make_accessories
from lca.world.hair.beard import make_beard
from lca.world.hair.swing import calm_turn, swung
from lca.world.person.dressing import dress
from lca.world.person.identity import ROWS, Identity, sample_identity

Vertices = Float[np.ndarray, "vertices 3"]
HEAD, CHEST = 15, 9
"""Joints (SMPL-X)."""
NOT_BELOW_HAIR = ("hair", "accessories", "trousers", "skirt", "shoes")


@dataclass(frozen=True)
class Person:
    """One synthetic person; the same seed is the same person for ever."""

    seed: int
    identity: Identity

    @classmethod
    def sample(cls, seed: int) -> "Person":
        """The person of `seed` (a non-negative integer)."""
        if seed < 0:
            raise ValueError(f"expected a non-negative seed, got {seed}: number people from 0")
        return cls(seed, sample_identity(seed))

    @property
    def betas(self) -> Float[np.ndarray, "100"]:
        """Body shape."""
        return self.identity.betas

    @property
    def attributes(self) -> dict[str, str | float]:
        """Words for the record: hair, clothes, skin tone."""
        return self.identity.attributes

    @cached_property
    def pieces(self) -> list[Piece]:
        """Skin, hair, beard, clothes, shoes, glasses and headwear in the T-pose."""
        figure = Figure(self.betas)
        who = self.identity
        beard = make_beard(figure, who.beard, who.materials[ROWS.index("skin")], ROWS.index("beard"))
        looks = {name: ROWS.index(name) for name in ("frame", "lens", "headwear")}
        return [*dress(figure, who), *beard, *make_accessories(figure, who.worn, looks)]

    @cached_property
    def outfit(self) -> "Outfit":
        """The pieces as one mesh."""
        return Outfit.of(self.pieces)

    def relaxed(self, actions: Float[np.ndarray, "*frames 52"]) -> Float[np.ndarray, "*frames 52"]:
        """The actions with this person's resting face where they leave the mouth and brows alone: nobody looks blank.

        Drive with the result and record it: `assemble` draws exactly the actions it is given.
        """
        return resting(self.identity.rest_face, actions)

    def assemble(
        self,
        theta: Float[np.ndarray, "156"],
        translation: Float[np.ndarray, "3"],
        actions: Float[np.ndarray, "52"],
        psi: Float[np.ndarray, "4"],
    ) -> Scene:
        """The posed person; units and axes in `lca.geometry`."""
        outfit, figure = self.outfit, Figure(self.betas)
        pose = full_pose(*(torch.as_tensor(np.asarray(x), dtype=torch.float32) for x in (theta, psi)))
        parents = body_pattern()[0].parents
        place = torch.as_tensor(np.asarray(translation), dtype=torch.float32)
        transforms = joint_transforms(pose, torch.from_numpy(figure.joints.astype(np.float32)), parents, place).numpy()
        vertices, tangents = outfit.skinned(transforms, np.asarray(actions, np.float32))
        outfit.swing(vertices, tangents, transforms)
        vertices = outfit.settled(vertices)
        normals = vertex_normals(vertices, outfit.faces)
        return Scene(
            vertices, outfit.faces, outfit.canonical, normals, tangents, outfit.details,
            self.identity.materials, outfit.looks, outfit.parts,
        )  # fmt: skip


@dataclass(frozen=True)
class Outfit:
    """All pieces of a person concatenated; `spans` are their vertex ranges, in the order of `pieces`."""

    pieces: list[Piece]
    spans: list[slice]
    rest: Vertices
    canonical: Vertices
    faces: np.ndarray
    weights: Float[np.ndarray, "vertices joints"]
    tangents: Vertices
    details: Float[np.ndarray, "vertices 4"]
    looks: np.ndarray
    parts: np.ndarray

    @classmethod
    def of(cls, pieces: list[Piece]) -> "Outfit":
        """Concatenate."""
        ends = np.cumsum([0] + [len(piece.rest) for piece in pieces])
        faces = joined_faces((piece.rest, piece.faces) for piece in pieces)

        def together(name: str) -> np.ndarray:
            return np.ascontiguousarray(np.concatenate([getattr(piece, name) for piece in pieces]), np.float32)

        return cls(
            pieces,
            [slice(int(a), int(b)) for a, b in zip(ends[:-1], ends[1:], strict=True)],
            together("rest"),
            together("canonical"),
            np.ascontiguousarray(faces, np.int32),
            together("weights"),
            together("tangents"),
            together("details"),
            np.concatenate([np.full(len(piece.faces), piece.look, np.uint8) for piece in pieces]),
            np.concatenate([piece.parts for piece in pieces]).astype(np.uint8),
        )

    def skinned(
        self, transforms: Float[np.ndarray, "joints 4 4"], actions: Float[np.ndarray, "52"]
    ) -> tuple[Vertices, Vertices]:
        """Posed vertices and strand tangents."""
        rest = self.rest.copy()
        for piece, span in zip(self.pieces, self.spans, strict=True):
            if piece.expression is not None:
                rest[span][piece.moving] += piece.expression @ actions
        blended = (self.weights @ transforms[:, :3].reshape(-1, 12)).reshape(-1, 3, 4)
        vertices = np.einsum("vij,vj->vi", blended[..., :3], rest) + blended[..., 3]
        return np.ascontiguousarray(vertices), np.einsum("vij,vj->vi", blended[..., :3], self.tangents)

    def swing(self, vertices: Vertices, tangents: Vertices, transforms: Float[np.ndarray, "joints 4 4"]) -> None:
        """Hanging hair turned in place: each strand about its pivot, towards where it would hang at rest."""
        calm = calm_turn(transforms[HEAD, :3, :3], transforms[CHEST, :3, :3])
        for piece, span in zip(self.pieces, self.spans, strict=True):
            if piece.slack is not None and piece.pivot is not None and piece.slack.any():
                moved = swung(piece.rest, piece.pivot, piece.slack, transforms[HEAD], calm)
                vertices[span], turn = moved
                tangents[span] = np.einsum("vij,vj->vi", turn, piece.tangents)

    def settled(self, vertices: Vertices) -> Vertices:
        """Skirts pushed off the posed legs, hanging hair and scarves off shoulders and clothes, `gap` metres clear of them."""
        above = [1 + SCENE_PARTS.index(name) for name in ("hair", "accessories")]
        for piece, span in zip(self.pieces, self.spans, strict=True):
            if piece.loose is not None and piece.loose.any():
                used, faces = self.upper if piece.parts[0] in above else self.legs
                solid, mean = np.ascontiguousarray(vertices[used]), piece.averaging
                gaps = np.where(piece.loose > 0, piece.gap * piece.loose, -1).astype(np.float32)
                links = mean.indptr.astype(np.int64), mean.indices.astype(np.int64)
                vertices[span] = clear_of(vertices[span], gaps, links, solid, vertex_normals(solid, faces))
        return vertices

    @cached_property
    def legs(self) -> tuple[np.ndarray, np.ndarray]:
        """Vertices of hips, thighs and calves, socks and boots, and the faces among them: what skirts fall over."""
        return self.surface(self.of_parts(("hips", "thigh", "calf", "trousers", "shoes")))

    @cached_property
    def upper(self) -> tuple[np.ndarray, np.ndarray]:
        """What hanging hair rests on: head, neck, trunk, upper arms and the outer sides of what is worn over them."""
        worn = self.of_parts([name for name in SCENE_PARTS[len(PARTS) :] if name not in NOT_BELOW_HAIR])
        skin = self.of_parts(("head", "face", "neck", "torso", "upper_arm"))
        faces = np.concatenate([skin, worn])
        a, b, c = (self.canonical[faces[:, k]] for k in range(3))
        normal, away = np.cross(b - a, c - a)[:, ::2], (a - joint("neck"))[:, ::2]
        inside = (normal * away).sum(1) < -0.3 * np.linalg.norm(normal, axis=1) * np.linalg.norm(away, axis=1)
        return self.surface(faces[~inside & ~below_collar(a, self.canonical[worn[:, 0]])])

    def of_parts(self, names: Sequence[str]) -> np.ndarray:
        """Faces of some parts of the scene."""
        return self.faces[np.isin(self.parts, [1 + SCENE_PARTS.index(name) for name in names])]

    @staticmethod
    def surface(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertex numbers (n,) that some faces use, and the faces (m, 3) as indices into those."""
        used, own = np.unique(faces, return_inverse=True)
        return used, np.ascontiguousarray(own.reshape(-1, 3), np.int32)
