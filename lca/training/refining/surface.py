"""Which Gaussians lie side by side, and which have a twin: on what changes spread and unseen sides are filled."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.body import PARTS
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.geometry.tiles import NEIGHBOURS, apart, gap, neighbours
from lca.model.avatar import Avatar
from lca.model.rig import Rig
from lca.model.template import Template

APART = {frozenset(pair): 0.0 for pair in (("face", "head"), ("head", "neck"))}
APART |= {
    frozenset(pair): 0.05 for pair in (("face", "neck"), ("neck", "torso"), ("forearm", "hand"), ("calf", "foot"))
}
"""How far a colour may pass from one part into the next where nothing is seen, of 1: skin ends at collars, cuffs and socks, and
the back of a head takes hair from its sides, never the face."""
ALONE = ("eye", "mouth")
"""Parts that stay as the network made them: lids and lips hide them in one photo and show them in the next, painted with skin."""
TWINNED = ("face", "hand", "head")
"""Parts that are like their mirror image before they are like anything else, ears and hair too."""
LIKE_MIRROR, LIKE_TWIN = 0.4, 40.0
"""Weights of the mirror image, and of that of `TWINNED` parts; a neighbour has 1."""
OWN, OWN_ELSEWHERE = {"face": 0.008, "eye": 0.008, "mouth": 0.008, "hand": 0.002}, 1e-4
"""Weight of the network's own colours where nothing is seen, of a neighbour's 1: with 0.008 they are half of it after some twenty
Gaussians, with the other they are what is left where no photo shows anything near."""
EARS, BROWS, HAIRLINE = 0.11, 0.005, 0.05
"""Metres behind the eyes, or above them, from where a head is scalp: ears are skin, and how far their colour passes into hair."""
FINE = ("face", "eye", "mouth", "hand")
"""Parts that have Gaussians enough: parts of them would be smaller than what a photo of a whole person shows."""
REACH, FAR = {"face": 0.002, "hand": 1e-5}, 0.04
"""Metres that refinement may move a Gaussian: hats, hair and skirts are far from the body. Fingers are where the body has them:
photos of whole people show them a pixel or two wide, and made mittens of them."""
LIDS, LID_REACH = 0.022, 0.0015
"""Metres about an eyeball's middle within which lids lie, and how far they may move: behind the eyeball they never close."""
ARMS, ELSEWHERE = ("upper_arm", "forearm"), 10.0
"""Parts that sleeves go round, and metres that keep their rings apart from all others."""
TURN = 0.1
"""Metres round the body that a surface seems apart, per unit by which it faces another way."""
WORN_ROUND, HELD_OFF = ("hips", "thigh", "calf"), 0.03
"""Parts that skirts hang round, and metres off them from which on a Gaussian lies beside what is near it on the skirt."""
STRIDE = 0.3
"""Metres between the feet of a step in which a skirt shows no gaps."""
MIDDLE = 0.003
"""Metres from the plane of symmetry within which a Gaussian is its own mirror image."""


@dataclass(frozen=True)
class SurfaceGraph:
    """Everything that hangs on where Gaussians sit."""

    near: np.ndarray
    """Each Gaussian's neighbours, nearest first."""
    reach: Tensor
    """How far an offset may go, metres; 0: not refined at all."""
    coarse: Tensor
    """1 where Gaussians are too few for what photos show, and may be split."""
    twin: Tensor
    """The mirror image of parts that are like it before they are like anything else; elsewhere the Gaussian itself."""
    hands: Tensor
    """Whether it is one of a hand's."""
    face: Tensor
    """Whether it is one of the face's."""
    halves: Tensor
    """Whether it is one of its left half, and whether of its right, (2, gaussians)."""
    average: csr_matrix
    """Takes the mean over neighbours of like kind."""
    links: csr_matrix
    """Who fills whom, symmetric weights."""
    own: np.ndarray
    """Weight of what the network itself says of a Gaussian that nobody sees."""
    clothed: np.ndarray
    """Whether it may be a garment's or a shoe's: not on heads and hands."""
    along: np.ndarray
    """Metres along the body, or along an arm: the same for all of a ring."""
    across: np.ndarray
    """Where on its ring it lies, metres, and the way it faces there; (gaussians, 5)."""
    outward: np.ndarray
    """Unit vector across the body, or across the arm, away from it; (gaussians, 3)."""
    parted: Tensor
    """Metres that a stride parts it from its neighbours on a skirt."""

    @property
    def tiled(self) -> Tensor:
        """Whether it is sized as a tile that covers the gaps to its neighbours: all that is refined but hands, for there is a
        gap between fingers."""
        return (self.reach > 0) & ~self.hands

    def mean(self, values: Tensor) -> Tensor:
        """Mean of each Gaussian's neighbours, (gaussians, channels)."""
        return torch.from_numpy(self.average @ values.numpy())

    def spacing(self, points: Tensor) -> Tensor:
        """Mean distance of each Gaussian (places `points`, metres) from the nearer half of its neighbours."""
        return apart(points, torch.from_numpy(self.near))[:, : NEIGHBOURS // 2].mean(-1)

    def gap(self, points: Tensor) -> Tensor:
        """What each Gaussian has to cover, metres (`lca.geometry.tiles`)."""
        return torch.hypot(gap(points, torch.from_numpy(self.near)), self.parted)

    def smooth(self, values: Tensor, strength: Tensor, sweeps: int = 4) -> Tensor:
        """(I + strength x Laplacian)^-1 values, by Jacobi sweeps; `strength` (gaussians, 1)."""
        smoothed = values
        for _ in range(sweeps):
            smoothed = (values + strength * self.mean(smoothed)) / (1.0 + strength)
        return smoothed


@dataclass(frozen=True)
class Places:
    """Where an avatar's Gaussians sit on the bare body in rest pose, and on a skirt: `points` (metres), `part` (in `PARTS`),
    `frames` (w x y z: z along the normal), `mirror` (the Gaussian on the other side)."""

    points: np.ndarray
    part: np.ndarray
    frames: Tensor
    mirror: np.ndarray
    parted: Tensor
    """Metres that a stride parts it from its neighbours on a skirt."""

    @property
    def normal(self) -> np.ndarray:
        """Unit vectors away from the surface, (gaussians, 3)."""
        return quat_wxyz_to_matrix(self.frames)[..., 2].numpy()


def places_of(template: Template, avatar: Avatar) -> Places:
    """The template's places, or a skirt's; parts of a split Gaussian sit round the place of their source as they do in the
    avatar."""
    points, part, frames = template.points.cpu(), template.part.cpu().numpy(), template.frames.cpu()
    sources, means = avatar.source_of.cpu(), avatar.canonical.means.detach().cpu()
    count = torch.bincount(sources, minlength=len(points)).clamp(min=1)
    middle = torch.zeros_like(points).index_add_(0, sources, means) / count[:, None]
    hung = hanging(template, avatar)
    own = torch.where(hung[:, None], means, points[sources] + (means - middle[sources]))
    turned = F.normalize(avatar.canonical.quats_wxyz.detach().cpu(), dim=-1)
    frames, mirror = torch.where(hung[:, None], turned, frames[sources]), template.mirror.cpu().numpy()
    if avatar.sources is not None or hung.any():
        mirror = np.asarray(KDTree(own.numpy()).query(own.numpy() * np.array([-1.0, 1.0, 1.0], np.float32))[1])
    return Places(own.numpy(), part[sources.numpy()], frames, mirror, _parted(avatar.rig, own, hung))


def hanging(template: Template, avatar: Avatar) -> Tensor:
    """Which Gaussians hang on a skirt (`lca.model.skirt`): those of hips and legs that it holds off the body."""
    if "skirt" not in avatar.metadata:
        return torch.zeros(len(avatar.canonical), dtype=torch.bool)
    sources = avatar.source_of.cpu()
    off = (avatar.canonical.means.detach().cpu() - template.shaped(avatar.betas[None].cpu())[0][sources]).norm(dim=-1)
    return (off > HELD_OFF) & torch.from_numpy(_named(template.part.cpu().numpy(), WORN_ROUND))[sources]


def _parted(rig: Rig, points: Tensor, hung: Tensor) -> Tensor:
    """How far `STRIDE` parts neighbours on a skirt, metres: as far as they follow different legs."""
    parted = torch.zeros(len(points))
    if hung.any():
        weights = rig.dense.detach().cpu()[hung]
        beside = weights[torch.from_numpy(neighbours(points[hung].numpy()))]
        parted[hung] = STRIDE * 0.5 * (beside - weights[:, None]).abs().sum(-1).mean(-1)
    return parted


def surface_of(places: Places) -> SurfaceGraph:
    """Neighbours and twins on the bare body in rest pose."""
    points, part = places.points, places.part
    count = len(points)
    near = neighbours(points)
    kind = np.array([{"eye": 1, "mouth": 2, "hand": 3}.get(name, 0) for name in PARTS])[part]
    same = (kind[near] == kind[:, None]).astype(np.float32)
    same /= np.maximum(same.sum(1, keepdims=True), 1.0)
    starts = np.arange(count + 1) * NEIGHBOURS
    average = csr_matrix((same.ravel(), near.ravel(), starts), (count, count))
    scalp = _scalp(points, part)
    passes = _affinity()[part[:, None], part[near]] * np.where(scalp[:, None] == scalp[near], 1.0, HAIRLINE)
    beside = csr_matrix((passes.astype(np.float32).ravel(), near.ravel(), starts), (count, count))
    clothed = ~_named(part, ("head", "face", "eye", "mouth", "neck", "hand"))
    along, across, outward = _rings(places)
    links = beside + _mirrored(places)
    face = _named(part, ("face",))
    alike = _named(part, TWINNED) & (np.abs(points[:, 0]) > MIDDLE) & (part == part[places.mirror])
    return SurfaceGraph(
        near=near,
        reach=_reach(points, part),
        coarse=torch.from_numpy(~_named(part, FINE)).float(),
        twin=torch.from_numpy(np.where(alike, places.mirror, np.arange(count))),
        hands=torch.from_numpy(_named(part, ("hand",))),
        face=torch.from_numpy(face),
        halves=torch.from_numpy(np.stack([face & (points[:, 0] > MIDDLE), face & (points[:, 0] < -MIDDLE)])),
        average=average,
        links=links.maximum(links.T).tocsr(),
        own=np.array([OWN.get(name, OWN_ELSEWHERE) for name in PARTS])[part],
        clothed=clothed,
        along=along,
        across=across,
        outward=outward,
        parted=places.parted,
    )


def _reach(points: np.ndarray, part: np.ndarray) -> Tensor:
    """How far refinement may move each Gaussian, metres."""
    reach = np.array([0.0 if name in ALONE else REACH.get(name, FAR) for name in PARTS], np.float32)[part]
    eye = part == PARTS.index("eye")
    for side in (points[:, 0] > 0, points[:, 0] < 0):
        if (eye & side).any():
            lids = np.linalg.norm(points - points[eye & side].mean(0), axis=-1) < LIDS
            reach[lids] = np.minimum(reach[lids], LID_REACH)
    return torch.from_numpy(reach)


def _scalp(points: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Which Gaussians hair grows on."""
    eyes = points[part == PARTS.index("eye")]
    middle = eyes.mean(0) if len(eyes) else np.full(3, np.inf)
    return _named(part, ("head",)) & ((points[:, 1] > middle[1] + BROWS) | (points[:, 2] < middle[2] - EARS))


def _affinity() -> np.ndarray:
    """How far colour passes between parts, (parts, parts)."""
    affinity = np.ones((len(PARTS), len(PARTS)), np.float32)
    for pair, share in APART.items():
        first, second = (PARTS.index(name) for name in pair)
        affinity[first, second] = affinity[second, first] = share
    for name in ALONE:
        index = PARTS.index(name)
        affinity[index], affinity[:, index] = 0.0, 0.0
    return affinity


def _named(part: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    return np.isin(part, [PARTS.index(name) for name in names])


def _mirrored(places: Places) -> csr_matrix:
    """Links to mirror images of the same part."""
    points, part, mirror = places.points, places.part, places.mirror
    weight = np.where(_named(part, TWINNED), LIKE_TWIN, LIKE_MIRROR).astype(np.float32)
    weight *= (np.abs(points[:, 0]) > MIDDLE) & (part == part[mirror]) & ~_named(part, ALONE)
    return csr_matrix((weight, (np.arange(len(points)), mirror)), (len(points), len(points)))


def _rings(places: Places) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`along`, `across` and `outward` of a surface: rings lie level round trunk and legs, upright round arms."""
    arm = _named(places.part, ARMS)
    points, normal = places.points, places.normal
    along = np.where(arm, points[:, 0] + ELSEWHERE, points[:, 1])
    beside = np.where(arm, points[:, 1], points[:, 0])
    outward = normal * np.where(arm[:, None], (0.0, 1.0, 1.0), (1.0, 0.0, 1.0))
    outward /= np.linalg.norm(outward, axis=1, keepdims=True).clip(min=1e-6)
    return along, np.concatenate([beside[:, None], points[:, 2:], TURN * normal], 1), outward
