"""An avatar as files for other programs: what `lca export`, `lca player` and the panel write."""

from collections.abc import Callable
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from lca.formats.gltf import write_glb
from lca.formats.gltf_rig import RigMotion, Skeleton
from lca.formats.player import write_player
from lca.formats.ply import write_ply
from lca.formats.splat_file import write_splat
from lca.formats.spz import write_spz
from lca.geometry.gaussians import Gaussians
from lca.geometry.joint_names import JOINTS
from lca.geometry.motion import Motion
from lca.geometry.skinning import full_pose
from lca.lab.baking import bake
from lca.lab.filming import film_cameras
from lca.lab.playing import drive
from lca.model.avatar import Avatar
from lca.motion.named import named_motion

SPLATS: dict[str, Callable[[Path, Gaussians], None]] = {
    ".ply": write_ply,
    ".splat": write_splat,
    ".spz": write_spz,
    ".glb": write_glb,
}
"""Suffix -> writer of Gaussians that stand still."""


def standing(avatar: Avatar) -> Gaussians:
    """The avatar at ease, arms hanging."""
    return next(drive(avatar, named_motion("turntable", 1.0, 1.0)))


def write_rigged(path: Path, avatar: Avatar, motion: Motion | None = None) -> None:
    """Write the T-pose as a .glb with skeleton and skin weights and, with a `motion`, an animation of the skeleton."""
    held = avatar.rig
    names = (*JOINTS[:22], "jaw", "left_eye", "right_eye", *JOINTS[22:])
    skeleton = Skeleton(names, held.parents, held.joints, held.skin_indices, held.skin_weights)
    playback = None
    if motion is not None:
        playback = RigMotion(full_pose(motion.theta, motion.psi), motion.translation, motion.fps)
    write_glb(path, avatar.canonical, skeleton, playback)


def write_page(
    path: Path, avatar: Avatar, motion: Motion, view: str, title: str, background: Float[Tensor, "3"]
) -> int:
    """Write a page that plays the motion offline, and return its size in bytes; `view` is a name for `film_cameras`.

    Raises:
        UserError: too many frames, or the page would be too large.
    """
    clip = bake(avatar, motion, film_cameras(avatar, motion, view, follow=False)[0])
    return write_player(path, clip, title, background)
