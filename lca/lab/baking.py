"""A motion of an avatar as a clip that plays without the network: joints, and corrections of the pose branch in few parts."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from lca.errors import UserError
from lca.formats.player import STEPS, Clip, Opening
from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.lab.playing import drive, still
from lca.model.avatar import Avatar

TOLERANCE = 0.05
"""Root mean square, in `STEPS`, of what the parts that are left out would add (2.5 micrometres, 0.00005 of colour)."""
MOST_FRAMES = 900
BATCH = 8
"""Frames that go through the pose branch at once."""
COLUMNS = 20_000
"""Numbers of a frame that are multiplied at once."""


@torch.no_grad()
def bake(avatar: Avatar, motion: Motion, camera: Camera) -> Clip:
    """Drive every frame once and keep what a page needs to repeat it; it opens with the view of `camera`.

    Raises:
        UserError: more than 900 frames.
    """
    if len(motion) > MOST_FRAMES:
        raise UserError(f"expected at most {MOST_FRAMES} frames, got {len(motion)}: fewer --seconds, or a lower --fps")
    rig = avatar.rig
    transforms = rig.transforms(motion.theta, motion.psi, motion.translation)[..., :3, :]
    amplitudes, components = in_parts(corrections(avatar, motion))
    means = next(drive(avatar, still(motion, 0))).means
    return Clip(
        canonical=avatar.canonical,
        skin_indices=rig.skin_indices,
        skin_weights=rig.skin_weights,
        transforms=transforms,
        amplitudes=amplitudes,
        components=components,
        fps=float(motion.fps),
        loops=closes(transforms),
        view=view_of(camera, means),
    )


def corrections(avatar: Avatar, motion: Motion) -> Float[Tensor, "frames gaussians 13"]:
    """What the pose branch adds in every frame: colour, mean (metres), quaternion, logarithm of the scales."""
    signals = avatar.signals(motion.theta, avatar.eps_from_actions(motion.actions), motion.psi)
    found = torch.empty(len(motion), len(avatar.canonical), len(STEPS))
    for start in tqdm(range(0, len(motion), BATCH), desc="pose branch", leave=False):
        some = slice(start, start + BATCH)
        made = avatar.correction(signals[some])
        found[some] = torch.cat([made.colors, made.means, made.quats, made.log_scales], -1).cpu()
    return found


def in_parts(
    values: Float[Tensor, "frames gaussians 13"],
) -> tuple[Float[Tensor, "frames components"], Float[Tensor, "components gaussians 13"]]:
    """The fewest amplitudes and components whose product is `values` within the tolerance (principal components).

    Amplitudes are at most 1 in size.
    """
    steps = STEPS.to(values)
    rows = (values / steps).flatten(1)
    products = torch.zeros(len(rows), len(rows), dtype=torch.float64)
    for some in rows.split(COLUMNS, 1):  # in float64: what is left out is the small difference of large sums
        products += some.double() @ some.double().T
    energies, vectors = torch.linalg.eigh(products)
    energies, vectors = energies.flip(0).clamp(min=0), vectors.flip(1).to(values)
    left_out = torch.cat([energies.sum()[None], energies.sum() - energies.cumsum(0)])
    count = int((left_out > TOLERANCE**2 * rows.numel()).sum())
    vectors = vectors[:, :count]
    sizes = vectors.abs().amax(0).clamp(min=1e-12)
    components = (sizes[:, None] * (vectors.T @ rows)).unflatten(1, values.shape[1:])
    return vectors / sizes, components * steps


def closes(transforms: Float[Tensor, "frames joints 3 4"]) -> bool:
    """Whether the first frame may follow the last: the step between them is not much larger than the others."""
    if len(transforms) < 3:
        return False
    steps = (transforms[1:] - transforms[:-1]).abs().amax((1, 2, 3))
    return bool((transforms[0] - transforms[-1]).abs().max() <= 2 * steps.max())


def view_of(camera: Camera, means: Float[Tensor, "points 3"]) -> Opening:
    """The view of a level camera about the point of its axis that is as far as what it sees in the middle (the median)."""
    rotation, translation = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
    eye, forward = -rotation.T @ translation, rotation[2]
    x, y, depth = camera.project(means).unbind(-1)
    seen = (x > 0) & (x < camera.width) & (y > 0) & (y < camera.height) & (depth > 0)
    distance = float(depth[seen].median()) if seen.any() else 3.0
    target = [float(v) for v in eye + distance * forward]
    return Opening(
        target=(target[0], target[1], target[2]),
        azimuth=math.atan2(-forward[0], -forward[2]),
        elevation=math.asin(max(-1.0, min(1.0, -float(forward[1])))),
        distance=distance,
        field_of_view=2 * math.atan(camera.height / 2 / float(camera.intrinsics[1, 1])),
    )
