"""Skirts: a tube round both legs, on which the Gaussians of thighs and calves hang instead of on the legs.

The base model keeps Gaussians within centimetres of the legs and the garment head moves them by smooth nodes: both round a hem
off, and a skirt is a balloon. A tube ends at its hem. Seven numbers are its cut; photos tell them (`lca.tracking.tailoring`).
Under the tube there are no legs: they show in a cartwheel, not in a walk.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.sparse import csr_matrix
from scipy.spatial import ConvexHull, KDTree
from torch import Tensor

from lca.geometry.body import PARTS
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import matrix_to_quat_wxyz, quat_wxyz_to_matrix
from lca.geometry.tiles import gap, neighbours
from lca.model.avatar import Avatar
from lca.model.rig import Rig
from lca.model.template import INFLUENCES, Template

KNOTS = 3
"""Heights between the hips and the hem at which a cut says how far the tube is from the body."""
AXIS = 0.03
"""z of the middle of hips and legs, metres."""
STEP, ANGLES = 0.02, 72
"""Metres between the slices of the body, and directions in each."""
FEW = 24
"""Gaussians that a slice has at least."""
SNUG = 0.006
"""Metres that cloth is off the skin at least."""
SEAM = 0.04
"""Metres below the top of the hips from where on Gaussians hang on the tube."""
CROTCH, SPREAD = -0.20, 0.07
"""Height (m) at which legs part, and metres above it in which their Gaussians turn from where they are to where a tube needs
them."""
INNER = np.radians(110.0)
"""From outwards: what faces the other leg is in its shade, and has no colour of cloth."""
TOGETHER, AMONG, SWEEPS = 0.07, 64, 9
"""Metres over which a sweep shares weights, among how many Gaussians, and sweeps: 0.2 m of cloth move as one."""
NOMINAL = 0.05
"""Metres off the body at which this is decided."""
TINTED, LIKE, FADED = 0.02, 24, 0.04
"""Metres and number of those whose mean a colour is, and metres above the hem up to which the network mixes it with skin."""
SHADED = -0.12
"""Height (m) down to which hips have the colour of cloth: below it is the crotch."""
TILE, THIN, OPAQUE, WIDEST = 0.6, 0.004, 0.97, 0.03
"""Standard deviation along the tube in gaps to the neighbours, across it in metres; least opacity; largest gap, metres."""


@dataclass(frozen=True)
class Cut:
    """`hem`: height in rest pose, metres. `ease`: metres between the tube and hips let fall, at `KNOTS` heights down to the hem;
    on average, and how much more before and behind than at the sides."""

    hem: float
    ease: Float[ndarray, "knots 2"]

    @staticmethod
    def of(vector: Float[ndarray, "numbers"]) -> "Cut":
        """The cut that these numbers say."""
        return Cut(float(vector[0]), vector[1:].reshape(KNOTS, 2))

    @property
    def vector(self) -> Float[ndarray, "numbers"]:
        """All in one row, metres."""
        return np.concatenate([[self.hem], self.ease.ravel()])


@dataclass(frozen=True)
class SkirtWearer:
    """What a skirt is worn on: hips and legs of one shape, in rest pose. Angles are round the body, 0 in front, radians."""

    places: Float[ndarray, "gaussians 3"]
    legs: Bool[ndarray, "gaussians"]
    tube: Bool[ndarray, "gaussians"]
    """What may hang on a tube: legs, and hips below the seam."""
    sewn: Bool[ndarray, "gaussians"]
    """What a tube hangs on: hips and the trunk as far down."""
    angle: Float[ndarray, "gaussians"]
    outer: Bool[ndarray, "gaussians"]
    """Whether it faces away from the other leg."""
    hull: Float[ndarray, "heights angles"]
    """Metres from the axis of the convex outline of both legs, from the top downwards."""
    fallen: Float[ndarray, "heights angles"]
    """The same of cloth that falls straight from there."""
    top: float
    bottom: float

    def radius(self, height: ndarray, angle: ndarray, cut: Cut) -> ndarray:
        """Metres of the tube from the axis."""
        ease = _ease((self.top - height) / (self.top - cut.hem), angle, cut)
        return np.maximum(self._at(self.hull, height, angle) + SNUG, self._at(self.fallen, height, angle) + ease)

    def _at(self, table: ndarray, height: ndarray, angle: ndarray) -> ndarray:
        row = np.clip((self.top - height) / STEP, 0, len(table) - 1.001)
        column = (angle + np.pi) / (2 * np.pi) * ANGLES
        above, left = row.astype(int), np.floor(column).astype(int)
        down, right = row - above, column - left
        first, second = left % ANGLES, (left + 1) % ANGLES
        upper, lower = ((1 - right) * table[r, first] + right * table[r, second] for r in (above, above + 1))
        return (1 - down) * upper + down * lower

    def hanging(self, cut: Cut) -> "SkirtTube":
        """Where the Gaussians above the hem hang."""
        index = np.flatnonzero(self.tube & (self.places[:, 1] > cut.hem))
        height, angle = self.places[index, 1], self.angle[index]

        def at(height: ndarray, angle: ndarray) -> ndarray:
            radius = self.radius(height, angle, cut)
            return np.stack([radius * np.sin(angle), height, AXIS + radius * np.cos(angle)], -1)

        small = 0.01
        across = at(height, angle + small) - at(height, angle - small)
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        outward = np.cross(across, at(height + small, angle) - at(height - small, angle))
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        frame = np.stack([across, np.cross(outward, across), outward], -1)
        places, axes = (torch.from_numpy(x).float() for x in (at(height, angle), frame))
        return SkirtTube(torch.from_numpy(index), places, matrix_to_quat_wxyz(axes))


@dataclass(frozen=True)
class SkirtTube:
    """Gaussians that hang (`index`), where, and how they are turned there: z outwards."""

    index: Int[Tensor, "hanging"]
    means: Float[Tensor, "hanging 3"]
    quats_wxyz: Float[Tensor, "hanging 4"]


def _ease(down: ndarray, angle: ndarray, cut: Cut) -> ndarray:
    """Metres at the share `down` of the way to the hem; none at the top."""
    knot = np.clip(down, 0, 1)[:, None] * KNOTS
    mean, more = (np.clip(1 - np.abs(knot - 1 - np.arange(KNOTS)), 0, 1) @ cut.ease).T
    return mean + more * np.cos(2 * angle)


def wearer_of(template: Template, betas: Float[Tensor, "shape"]) -> SkirtWearer:
    """Hips and legs of a body of this shape."""
    places = template.shaped(betas[None].to(template.points))[0].cpu().numpy().astype(np.float64)
    part = template.part.cpu().numpy()
    hips, legs = (np.isin(part, [PARTS.index(name) for name in names]) for names in (("hips",), ("thigh", "calf")))
    top, bottom = places[hips, 1].max(), places[legs, 1].min()
    sewn = (hips | (part == PARTS.index("torso"))) & (places[:, 1] < top)
    hull = _hull(places[legs | sewn], np.arange(top, bottom, -STEP))
    own = np.arctan2(places[:, 0], places[:, 2] - AXIS)
    round_leg = _round_leg(places, legs)
    parted = np.clip((CROTCH + SPREAD - places[:, 1]) / SPREAD, 0, 1)
    spread = np.sign(places[:, 0]) * ((1 - parted) * np.abs(own) + parted * (np.pi / 2 + round_leg / 2))
    return SkirtWearer(
        places=places,
        legs=legs,
        tube=legs | (hips & (places[:, 1] < top - SEAM)),
        sewn=sewn,
        angle=np.where(legs, spread, own),
        outer=legs & (np.abs(round_leg) < INNER),
        hull=hull,
        fallen=np.maximum.accumulate(hull, 0),
        top=float(top),
        bottom=float(bottom),
    )


def _hull(points: Float[ndarray, "points 3"], heights: ndarray) -> Float[ndarray, "heights angles"]:
    """How far the convex outline of each slice is from the axis."""
    angles = np.linspace(-np.pi, np.pi, ANGLES, endpoint=False)
    directions = np.stack([np.sin(angles), np.cos(angles)])
    rows = []
    for height in heights:
        away = np.abs(points[:, 1] - height)
        slab = points[away < max(1.5 * STEP, np.partition(away, FEW)[FEW])][:, [0, 2]] - [0.0, AXIS]
        faces = ConvexHull(slab).equations
        towards = faces[:, :2] @ directions
        rows.append(np.where(towards > 1e-6, -faces[:, 2:] / towards.clip(1e-6), np.inf).min(0))
    return np.array(rows)


def _round_leg(places: Float[ndarray, "gaussians 3"], legs: Bool[ndarray, "gaussians"]) -> Float[ndarray, "gaussians"]:
    """Angle round its own leg: 0 outwards, half a turn inwards, where front (negative) and back meet."""
    beside = np.abs(places[:, 0])
    order = np.argsort(places[legs, 1])
    across, forward = beside[legs][order], places[legs, 2][order]
    height = places[legs, 1][order]
    first, last = (np.searchsorted(height, places[:, 1] + side * 1.5 * STEP) for side in (-1, 1))
    middle = np.zeros((len(places), 2))
    for row in np.flatnonzero(legs):
        slab = slice(first[row], last[row])
        middle[row] = [0.5 * (x[slab].min() + x[slab].max()) for x in (across, forward)]
    return np.arctan2(middle[:, 1] - places[:, 2], beside - middle[:, 0])


def softly_skinned(wearer: SkirtWearer, rig: Rig) -> Rig:
    """The rig with W' for all that may hang: the mean of the body's own weights over the cloth nearby, across the gap between the
    legs too. A tube so held does not tear in a stride."""
    nominal = wearer.hanging(Cut(wearer.bottom - STEP, np.array([[NOMINAL, 0.0]] * KNOTS)))
    places, held = wearer.places.copy(), wearer.sewn.copy()
    places[nominal.index], held[nominal.index] = nominal.means, True
    share, weights = _shares(places[held], places[held], TOGETHER, AMONG), rig.dense.numpy()[held]
    own = np.isin(np.flatnonzero(held), nominal.index)[:, None]
    for _ in range(SWEEPS):
        weights = np.where(own, share @ weights, weights)
    most, joints = torch.from_numpy(weights[own[:, 0]]).float().topk(INFLUENCES, -1)
    return replace(
        rig,
        skin_indices=rig.skin_indices.index_copy(0, nominal.index, joints.to(rig.skin_indices.dtype)),
        skin_weights=rig.skin_weights.index_copy(0, nominal.index, most / most.sum(-1, keepdim=True)),
    )


def with_rows(rig: Rig, other: Rig, index: Int[Tensor, "hanging"]) -> Rig:
    """The rig with another's skinning of some Gaussians."""
    return replace(
        rig,
        skin_indices=rig.skin_indices.index_copy(0, index, other.skin_indices[index]),
        skin_weights=rig.skin_weights.index_copy(0, index, other.skin_weights[index]),
    )


def _shares(among: ndarray, places: ndarray, metres: float, count: int) -> csr_matrix:
    """What takes the mean of the values of points `among` round each of `places`."""
    count = min(count, len(among))
    distance, nearest = KDTree(among).query(places, k=count)
    share = np.exp(-0.5 * (distance / metres) ** 2) + 1e-9
    share /= share.sum(1, keepdims=True)
    return csr_matrix((share.ravel(), nearest.ravel(), np.arange(len(places) + 1) * count), (len(places), len(among)))


def draped(canonical: Gaussians, template: Template, wearer: SkirtWearer, tube: SkirtTube, gaps: Tensor) -> Gaussians:
    """Canonical Gaussians of one person with those of the tube on it, as tiles that cover `gaps` (metres), and the legs bare
    below its hem."""
    hung = torch.zeros(len(canonical), dtype=torch.bool).index_fill(0, tube.index, True)
    below = torch.from_numpy(wearer.legs) & ~hung
    normal = quat_wxyz_to_matrix(template.frames.cpu())[..., 2]
    bare = torch.from_numpy(wearer.places).float() + SNUG * normal
    side = TILE * gaps.clamp(max=WIDEST)
    sizes = torch.stack([side, side, torch.full_like(side, THIN)], -1)
    most = torch.where(below, TILE * template.spacing.cpu(), torch.inf)[:, None]
    return replace(
        canonical,
        means=torch.where(below[:, None], bare, canonical.means).index_copy(0, tube.index, tube.means),
        quats_wxyz=canonical.quats_wxyz.index_copy(0, tube.index, tube.quats_wxyz),
        scales=canonical.scales.minimum(most).index_copy(0, tube.index, sizes),
        opacities=torch.where(hung, canonical.opacities.clamp(min=OPAQUE), canonical.opacities),
    )


@torch.no_grad()
def skirted(avatar: Avatar, template: Template, cut: Cut) -> Avatar:
    """A plainly skinned avatar, as the network made it, in a skirt of this cut. Metadata say so, as `skirt`."""
    wearer = wearer_of(template, avatar.betas)
    tube = wearer.hanging(cut)
    places = wearer.places.copy()
    places[tube.index] = tube.means
    gaps = gap(tube.means, torch.from_numpy(neighbours(tube.means.numpy())))
    canonical = draped(avatar.canonical, template, wearer, tube, gaps)
    height = wearer.places[:, 1]
    shown = np.flatnonzero((wearer.sewn & (height > SHADED)) | (wearer.outer & (height > cut.hem + FADED)))
    share = _shares(places[shown], places[tube.index], TINTED, LIKE)
    colors = share @ canonical.colors[shown].numpy()
    canonical = replace(canonical, colors=canonical.colors.index_copy(0, tube.index, torch.from_numpy(colors).float()))
    rig = with_rows(avatar.rig, softly_skinned(wearer, avatar.rig), tube.index)
    materials = avatar.materials and avatar.materials.reframed(avatar.canonical, canonical)
    metadata = {**avatar.metadata, "skirt": f"{wearer.top - cut.hem:.2f} m"}
    return replace(avatar, canonical=canonical, rig=rig, materials=materials, metadata=metadata)
