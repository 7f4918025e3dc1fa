"""One person's undressed shape in the T-pose, and the pieces of surface that are laid on it."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files

import numpy as np
from jaxtyping import Float, Int, Integer
from scipy.sparse import csr_array

from lca.geometry.body import Body
from lca.geometry.body_file import load_body
from lca.world.body.mesh import Mix, neighbours
from lca.world.body.scene import DETAILS, vertex_normals

JOINTS = 55


@dataclass(frozen=True)
class Pattern:
    """A mesh of the mean shape with linear shape directions and dense skinning weights: the body or a helper mesh."""

    template: Float[np.ndarray, "vertices 3"]
    faces: Int[np.ndarray, "faces 3"]
    shape_directions: Float[np.ndarray, "vertices 3 shapes"]
    weights: Float[np.ndarray, "vertices joints"]
    expression_directions: Float[np.ndarray, "vertices 3 actions"]

    def shaped(self, betas: Float[np.ndarray, " shapes"]) -> Float[np.ndarray, "vertices 3"]:
        """The mesh on a person of shape `betas`."""
        return self.template + (self.shape_directions @ betas).astype(np.float32)


@lru_cache
def body_pattern() -> tuple[Body, Pattern]:
    """The shipped body and the same as a pattern."""
    body = load_body()
    vertices = body.template.numpy()
    weights = dense(body.skin_indices.numpy(), body.skin_weights.numpy())
    directions = (
        body.shape_directions.numpy().astype(np.float32),
        body.expression_directions.numpy().astype(np.float32),
    )
    return body, Pattern(vertices, body.faces.numpy().astype(np.int64), directions[0], weights, directions[1])


@lru_cache
def helper_pattern(name: str) -> Pattern:
    """A mesh of the wardrobe: tights, skirt, teeth or lashes."""
    with files("lca").joinpath("assets/wardrobe.npz").open("rb") as file, np.load(file) as store:
        expressions = f"{name}_expression_directions"
        return Pattern(
            store[f"{name}_template"],
            store[f"{name}_faces"].astype(np.int64),
            store[f"{name}_shape_directions"].astype(np.float32),
            dense(store[f"{name}_skin_indices"], store[f"{name}_skin_weights"]),
            store[expressions].astype(np.float32)
            if expressions in store.files
            else np.zeros((*store[f"{name}_template"].shape, 52), np.float32),
        )


def dense(
    indices: Integer[np.ndarray, "vertices k"], values: Float[np.ndarray, "vertices k"]
) -> Float[np.ndarray, "vertices joints"]:
    """Sparse skinning weights as a matrix over all joints."""
    weights = np.zeros((len(indices), JOINTS), np.float32)
    np.add.at(weights, (np.arange(len(indices))[:, None], indices.astype(np.int64)), values)
    return weights


@dataclass(frozen=True)
class Piece:
    """A surface on one person in the T-pose, ready to be skinned.

    `rest` is the place on this person, `canonical` on the mean person, `weights` over the joints, `tangents` hair strands,
    `look` the row of its material, `parts` per face; `expression` moves the vertices `moving` by the 52 actions; a piece with
    `gap` > 0 is pushed out of the posed body by that many metres where `loose` is 1. Hair that hangs swings by `slack` (0 to 1)
    about its `pivot`, the place on this person where its strand leaves the head.
    """

    rest: Float[np.ndarray, "vertices 3"]
    canonical: Float[np.ndarray, "vertices 3"]
    faces: Int[np.ndarray, "faces 3"]
    weights: Float[np.ndarray, "vertices joints"]
    look: int
    parts: np.ndarray
    details: Float[np.ndarray, "vertices 4"]
    tangents: Float[np.ndarray, "vertices 3"]
    expression: Float[np.ndarray, "moving 3 actions"] | None = None
    moving: Int[np.ndarray, " moving"] | None = None
    gap: float = 0.0
    loose: Float[np.ndarray, " vertices"] | None = None
    pivot: Float[np.ndarray, "vertices 3"] | None = None
    slack: Float[np.ndarray, " vertices"] | None = None

    @cached_property
    def averaging(self) -> csr_array:
        """(vertices, vertices) mean over each vertex's neighbours."""
        return neighbours(self.faces, len(self.rest))

    def mixed(self, mix: Mix) -> "Piece":
        """The piece cut or refined."""
        return replace(
            self,
            rest=mix(self.rest),
            canonical=mix(self.canonical),
            faces=mix.faces,
            weights=mix(self.weights),
            details=mix(self.details),
            tangents=mix(self.tangents),
            parts=np.full(len(mix.faces), self.parts[0], np.uint8),
            loose=None if self.loose is None else mix(self.loose),
        )


def piece(rest, canonical, faces, weights, look, part) -> Piece:
    """A piece of one part without details."""
    return Piece(
        rest.astype(np.float32), canonical.astype(np.float32), faces, weights.astype(np.float32), look,
        np.full(len(faces), part, np.uint8), np.zeros((len(rest), DETAILS), np.float32), np.zeros_like(rest, np.float32),
    )  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """The undressed body of shape `betas` in the T-pose."""

    betas: Float[np.ndarray, " shapes"]

    @cached_property
    def rest(self) -> Float[np.ndarray, "vertices 3"]:
        """Body vertices, metres."""
        return body_pattern()[1].shaped(self.betas)

    @cached_property
    def joints(self) -> Float[np.ndarray, "joints 3"]:
        """Joint centres, metres."""
        body = body_pattern()[0]
        return body.joint_template.numpy() + body.joint_shape_directions.numpy() @ self.betas.astype(np.float32)

    @cached_property
    def normals(self) -> Float[np.ndarray, "vertices 3"]:
        """Outward unit normals."""
        return vertex_normals(self.rest, body_pattern()[1].faces)

    @property
    def moved(self) -> Float[np.ndarray, "vertices 3"]:
        """How this shape differs from the mean: to carry bound points along."""
        return self.rest - body_pattern()[1].template


@lru_cache
def joint(name: str) -> np.ndarray:
    """A joint of the mean person, (3,) metres, by its SMPL-X name."""
    store = body_pattern()[0]
    return store.joint_template.numpy()[JOINT_INDEX[name]].astype(np.float64)


JOINT_INDEX = {
    "pelvis": 0, "left_hip": 1, "right_hip": 2, "spine1": 3, "left_knee": 4, "right_knee": 5, "spine2": 6, "left_ankle": 7,
    "spine3": 9, "neck": 12, "left_collar": 13, "head": 15, "left_shoulder": 16, "left_elbow": 18, "left_wrist": 20,
    "left_eye": 23,
}  # fmt: skip
