"""Where anchors and Gaussians sit on the template body: X in R^{G x 3} and K Gaussians round each anchor.

Anchors are denser where people look: face, eyes, lids, lips, hands (`DENSITY`). Everything is drawn once, from a fixed seed, and
stored in the checkpoint as (triangle, barycentric) pairs, so that any body of the same topology carries the same Gaussians.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from einops import einsum
from jaxtyping import Float, Int
from scipy.spatial import KDTree
from torch import Tensor, nn
from torch.nn import functional as F

from lca.geometry.body import PARTS, Body
from lca.geometry.tiles import neighbours
from lca.ranges import SEEDS, check_number, check_numbers

DENSITY = {"face": 7.0, "head": 3.5, "hand": 3.0, "eye": 20.0, "mouth": 1.0, "neck": 1.5}
DETAIL, DETAIL_METRES = 3.0, 0.015
"""How much denser the face is this near to eyes and lips: lids that are splats as wide as an eye hide it."""
EYES = {23: 1.0, 24: -1.0}
"""Joints in the middle of the left and right eyeball, and on which side of the body."""
IRIS_DEGREES = 28.0
SCLERA, IRIS = (0.80, 0.72, 0.70), (0.25, 0.16, 0.10)
"""sRGB. In four photos an eye looks four ways, and the mean of them is no eye: unpainted, eyeballs take the lids' colour and
gaze shows nothing."""
TONGUE = ((-0.0225, 0.499, 0.0), (0.0225, 0.5285, 0.1425))
"""Corners of a box about the tongue, rest pose, metres."""
LIPS, THROAT = 0.150, 0.070
"""Metres in z where the lips begin and where it is dark."""
FLESH, PALATE = (0.36, 0.16, 0.15), (0.20, 0.09, 0.08)
"""sRGB of the tongue and of what is round it, behind the lips: photos of closed mouths tell of skin."""
MOVED_BY_FACES, HEADS = ("head", "face", "eye", "mouth"), ("head", "face", "neck")
CANDIDATES = 64
INFLUENCES = 8


@dataclass(frozen=True)
class TemplateConfig:
    """Anchors and Gaussians on the template."""

    anchors: int = 512
    """G, the number of geometry tokens."""
    per_anchor: int = 40
    """K, the Gaussians that each geometry token decodes to."""
    seed: int = 0
    """Seed of the placement."""
    painted_eyes: bool = True
    """Eyeballs begin with painted sclera and iris and stay round; false is the paper to the letter."""
    covered_heads: bool = True
    """Gaussians of heads are as large as the gaps between them ask for; false is the paper to the letter."""

    def __post_init__(self):
        """Raises: UserError: a number that makes no template."""
        check_numbers(self, {"anchors": (1, 2**14), "per_anchor": (1, 2**12), "seed": SEEDS}, "template.")
        check_number("template.anchors x template.per_anchor", self.anchors * self.per_anchor, 1, 2**20)


class Template(nn.Module):
    """Fixed placement of G anchors and G x K Gaussians on a body; buffers only, no weights.

    Gaussian g belongs to anchor g // K. `triangles` and `barycentrics` place the Gaussians on the mesh; all else follows from
    them and from the body: `points` and `shape_directions` (metres, rest pose), `skin_indices` and `skin_weights`, `frames`
    (w x y z: z along the normal), `spacing` (metres to the neighbours), `mirror` (the Gaussian on the other side), `candidates`
    (per anchor, the Gaussians near it), `near` (per Gaussian, its nearest), `face` (1 on head, face, eyes and mouth: what eps and
    psi may move), `head` (1 where heads are covered: on head, face and neck, not on what is in them), `eye` (1 on painted
    eyeballs) and `eye_paint` (sclera and iris, sRGB, 0 elsewhere).
    """

    points: Tensor
    shape_directions: Tensor
    skin_indices: Tensor
    skin_weights: Tensor
    frames: Tensor
    spacing: Tensor
    mirror: Tensor
    candidates: Tensor
    near: Tensor
    face: Tensor
    head: Tensor
    eye: Tensor
    eye_paint: Tensor
    anchors: Tensor
    part: Tensor
    triangles: Tensor
    barycentrics: Tensor

    def __init__(self, config: TemplateConfig, body: Body, placement: tuple[Tensor, Tensor] | None = None):
        """Place the Gaussians on `body`; `placement` repeats an earlier choice of (triangles, barycentrics)."""
        super().__init__()
        self.config = config
        triangles, barycentrics = placement or place(config, body)
        self.register_buffer("triangles", triangles)
        self.register_buffer("barycentrics", barycentrics)
        self._derive(body)

    def _derive(self, body: Body) -> None:
        corners = body.faces[self.triangles]
        points = self.carry(body, body.template)
        dense = torch.zeros(len(body.template), len(body.parents)).scatter_add(1, body.skin_indices, body.skin_weights)
        weights, indices = self.carry(body, dense).topk(INFLUENCES, -1)
        anchors = points.unflatten(0, (self.config.anchors, self.config.per_anchor)).mean(1)
        tree = KDTree(points.numpy())
        mirrored = points * torch.tensor([-1.0, 1.0, 1.0])
        part = body.part_labels[corners[:, 0]]
        eye = (part == PARTS.index("eye")).float() * self.config.painted_eyes
        face_parts, head_parts = (torch.tensor([name in parts for name in PARTS]) for parts in (MOVED_BY_FACES, HEADS))
        derived = {
            "points": points,
            "anchors": anchors,
            "shape_directions": self.carry(body, body.shape_directions),
            "skin_indices": indices,
            "skin_weights": weights / weights.sum(-1, keepdim=True),
            "frames": surface_frames(body.template[corners]),
            "spacing": torch.from_numpy(tree.query(points.numpy(), k=5)[0][:, 1:].mean(-1)).float(),
            "mirror": torch.from_numpy(tree.query(mirrored.numpy())[1]),
            "candidates": torch.from_numpy(tree.query(anchors.numpy(), k=CANDIDATES)[1]),
            "near": torch.from_numpy(neighbours(points.numpy())),
            "part": part,
            "face": face_parts[part].float(),
            "head": head_parts[part].float() * self.config.covered_heads,
            "eye": eye,
            "eye_paint": eye[:, None] * painted_eyes(body, points),
        }
        for name, value in derived.items():
            self.register_buffer(name, value, persistent=False)

    def carry(self, body: Body, values: Float[Tensor, "vertices *of"]) -> Float[Tensor, "gaussians *of"]:
        """What the vertices of `body` have, at the Gaussians."""
        corners = body.faces[self.triangles]
        return einsum(values[corners], self.barycentrics, "p corner ..., p corner -> p ...")

    @property
    def face_anchors(self) -> Float[Tensor, "anchors"]:
        """1 for anchors on the head: those that eps and psi may move."""
        return self.face.unflatten(0, (-1, self.config.per_anchor)).mean(1).round()

    def nearest(self, places: Float[Tensor, "places 3"], count: int) -> Int[Tensor, "places count"]:
        """The Gaussians nearest to places of the body (metres, rest pose), nearest first."""
        return torch.cdist(places, self.points).topk(count, largest=False).indices

    def shaped(self, betas: Float[Tensor, "batch shape"]) -> Float[Tensor, "batch gaussians 3"]:
        """Rest-pose positions on a body of this shape, metres."""
        directions = self.shape_directions[..., : betas.shape[-1]]
        return self.points + einsum(directions, betas, "p xyz s, b s -> b p xyz")

    def stature(self, betas: Float[Tensor, "*batch shape"]) -> Float[Tensor, "*batch"]:
        """How tall a bare body of this shape is at rest: its highest point above its lowest, metres."""
        crown, sole = self.points[:, 1].argmax(), self.points[:, 1].argmin()
        directions = (self.shape_directions[crown, 1] - self.shape_directions[sole, 1])[: betas.shape[-1]]
        return self.points[crown, 1] - self.points[sole, 1] + betas @ directions

    def at_stature(
        self, betas: Float[Tensor, "*batch shape"], metres: Float[Tensor, "*batch"]
    ) -> Float[Tensor, "*batch shape"]:
        """The same proportions on a body so tall: only the first beta, which is stature above all, changes."""
        step = torch.zeros_like(betas)
        step[..., 0] = 1.0
        rate = self.stature(step) - self.stature(torch.zeros_like(step))
        return betas + ((metres - self.stature(betas)) / rate)[..., None] * step


def painted_eyes(body: Body, points: Float[Tensor, "points 3"]) -> Float[Tensor, "points 3"]:
    """What colour an eyeball has at points of it (rest pose, metres): iris about the axis of view, which is z, sclera
    elsewhere."""
    cosine = torch.full_like(points[:, 0], -1.0)
    for joint, side in EYES.items():
        outwards = F.normalize(points - body.joint_template[joint], dim=-1)
        cosine = torch.where(points[:, 0] * side > 0.0, outwards[:, 2], cosine)
    iris = cosine > math.cos(math.radians(IRIS_DEGREES))
    return torch.where(iris[:, None], points.new_tensor(IRIS), points.new_tensor(SCLERA))


def painted_mouth(points: Float[Tensor, "points 3"]) -> Float[Tensor, "points 3"]:
    """What colour the inside of a mouth has at points of it (rest pose, metres): the darker, the deeper."""
    low, high = points.new_tensor(TONGUE)
    tongue = ((points > low) & (points < high)).all(-1, keepdim=True)
    depth = ((LIPS - points[:, 2:]) / (LIPS - THROAT)).clamp(0.0, 1.0)
    return torch.where(tongue, points.new_tensor(FLESH), points.new_tensor(PALATE)) * (1.0 - 0.7 * depth)


def place(config: TemplateConfig, body: Body) -> tuple[Int[Tensor, "gaussians"], Float[Tensor, "gaussians 3"]]:
    """Draw anchors in proportion to `DENSITY` (k-means of a dense sample), then K well-spread points in each cell."""
    rng = np.random.default_rng(config.seed)
    wanted = config.anchors * config.per_anchor
    triangles, barycentrics, points = _dense_sample(body, rng, count=max(8 * wanted, 20000))
    centres = points[rng.choice(len(points), config.anchors, replace=False)]
    for _ in range(12):
        nearest = KDTree(centres).query(points)[1]
        counts = np.bincount(nearest, minlength=config.anchors)
        sums = np.stack([np.bincount(nearest, points[:, i], config.anchors) for i in range(3)], -1)
        empty = counts == 0
        centres = sums / np.maximum(counts, 1)[:, None]
        centres[empty] = points[rng.choice(len(points), int(empty.sum()), replace=False)]
    nearest = KDTree(centres).query(points)[1]
    chosen = np.concatenate(
        [_spread(np.flatnonzero(nearest == a), points, centres[a], config.per_anchor) for a in range(config.anchors)]
    )
    return torch.from_numpy(triangles[chosen]), torch.from_numpy(barycentrics[chosen]).float()


def _dense_sample(body: Body, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    corners = body.template[body.faces].numpy()
    weight = _weights(body, corners)
    triangles = rng.choice(len(corners), count, p=weight / weight.sum())
    barycentrics = rng.dirichlet(np.ones(3), count)
    return triangles, barycentrics, np.einsum("pcx,pc->px", corners[triangles], barycentrics)


def _weights(body: Body, corners: Float[np.ndarray, "triangles 3 3"]) -> Float[np.ndarray, "triangles"]:
    """How many Gaussians each triangle should get, up to a factor: its area times `DENSITY`, more near eyes and lips; the
    back of an eyeball, which nobody sees, gets none."""
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    part = body.part_labels[body.faces[:, 0]].numpy()
    face, eye, mouth = (part == PARTS.index(name) for name in ("face", "eye", "mouth"))
    faces = body.faces.numpy()
    lips = corners[face & np.isin(faces, faces[mouth]).any(-1)].reshape(-1, 3)
    features = np.concatenate([corners[eye].reshape(-1, 3), lips])
    detailed = face.copy()
    if len(features):
        detailed[face] = KDTree(features).query(corners[face].mean(1))[0] < DETAIL_METRES
    weight = np.linalg.norm(normals, axis=-1) * np.array([DENSITY.get(name, 1.0) for name in PARTS])[part]
    return weight * np.where(detailed, DETAIL, 1.0) * ~(eye & (normals[:, 2] < 0.0))


def _spread(members: np.ndarray, points: np.ndarray, centre: np.ndarray, count: int) -> np.ndarray:
    """Farthest-point choice of `count` members; of a cell with too few, the nearest points are used again."""
    if len(members) < count:
        members = np.asarray(KDTree(points).query(centre, k=count)[1])
    local = points[members]
    chosen = [int(np.argmin(((local - centre) ** 2).sum(-1)))]
    distance = ((local - local[chosen[0]]) ** 2).sum(-1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, ((local - local[chosen[-1]]) ** 2).sum(-1))
    return members[chosen]


def surface_frames(corners: Float[Tensor, "points 3 3"]) -> Float[Tensor, "points 4"]:
    """Quaternions w x y z that turn the z axis onto the triangles' normals by the shortest way."""
    return upright(
        F.normalize(torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), dim=-1)
    )


def upright(normal: Float[Tensor, "points 3"]) -> Float[Tensor, "points 4"]:
    """Quaternions w x y z that turn the z axis onto unit vectors by the shortest way."""
    w = 1.0 + normal[:, 2]
    quat_wxyz = torch.stack([w, -normal[:, 1], normal[:, 0], torch.zeros_like(w)], -1)
    downward = torch.tensor([0.0, 1.0, 0.0, 0.0]).expand_as(quat_wxyz)
    return F.normalize(torch.where(w[:, None] > 1e-4, quat_wxyz, downward), dim=-1)
