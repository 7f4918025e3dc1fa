"""Motions in .npz: AMASS (`lca.formats.amass`), the fields of SMPL-X by name, and our own.

Files with named fields (global_orient, body_pose, ...) count as y up and flat unless they hold `flat_hand_mean`. Nothing pickled
is ever opened: AMASS's `gender` is sometimes an object, and is not needed.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy import ndarray

from lca.errors import UserError
from lca.formats.amass import amass_motion
from lca.formats.atomic import writing
from lca.formats.motion_file import CHANNELS, Conventions, MotionFile, check_rate, checked
from lca.formats.smplx_fields import NAMES, Layout, smplx_motion
from lca.geometry.motion import Motion
from lca.geometry.npz_file import read_npz as read_plain_npz

FORMAT, VERSION = "lca-motion", 1
OWN = {"theta": 156, "translation": 3, "actions": 52, "psi": 4}
"""Our own arrays (frames, width), float32; beside them `fps`, `format` and `version`."""
LARGEST_NPZ = 2**27
"""Bytes of the arrays that are read: a quarter of an hour of AMASS at its 120 frames a second."""
RATE_NAMES = ("mocap_framerate", "mocap_frame_rate", "fps", "frame_rate")


def write_motion(path: str | Path, motion: Motion, **beside: ndarray) -> None:
    """Write a motion in our own layout; `lca.formats.motion.read_motion` reads back the same numbers, not what else is `beside`.

    Raises:
        UserError: the path does not end in .npz, or the rate is none that a file may have.
    """
    if Path(path).suffix.lower() != ".npz":
        raise UserError(f"expected a motion file ending in .npz, got {path}: name it so")
    fps = check_rate(motion.fps, path)
    arrays = {name: getattr(motion, name).detach().cpu().numpy() for name in OWN}
    with writing(path) as temporary:
        np.savez(temporary, allow_pickle=False, format=FORMAT, version=VERSION, fps=fps, **arrays, **beside)


def read_npz(path: Path, asked: Conventions) -> MotionFile:
    """Read any of the layouts above.

    Raises:
        UserError: damaged, pickled, none of the layouts, another number of joints, NaN.
    """
    arrays = read_arrays(path)
    if str(arrays.get("format")) == FORMAT:
        return own_motion(arrays, path)
    fps = next((rate_of(arrays[name], path) for name in RATE_NAMES if name in arrays), None)
    if "poses" in arrays:
        return amass_motion(arrays, fps, asked, path)
    flat = bool(checked(arrays["flat_hand_mean"], "flat_hand_mean", path).any()) if "flat_hand_mean" in arrays else True
    return smplx_motion(arrays, Layout("SMPL-X .npz", "y", flat, fps), asked, path)


def read_arrays(path: Path) -> dict[str, ndarray]:
    """The arrays that some layout needs; the others stay unread."""
    wanted = {*OWN, "format", "version", "poses", "flat_hand_mean", *RATE_NAMES, *NAMES}
    return read_plain_npz(path, wanted, LARGEST_NPZ, "a motion in .npz")


def rate_of(value: ndarray, path: Path) -> float:
    """Frames per second from an array of one number."""
    rate = checked(value, "the frame rate", path)
    if rate.numel() != 1:
        raise UserError(f"expected one frame rate in {path}, got {rate.numel()} numbers: export the motion again")
    return check_rate(rate.item(), path)


def own_motion(arrays: Mapping[str, ndarray], path: Path) -> MotionFile:
    """A file of `write_motion`."""
    missing = [name for name in (*OWN, "fps", "version") if name not in arrays]
    if missing or str(arrays["version"]) != str(VERSION):
        problem = f"without {', '.join(missing)}" if missing else f"of version {arrays['version']}"
        raise UserError(f"expected a motion of version {VERSION}, got one {problem}: {path}; write it again")
    tensors = {name: checked(arrays[name], name, path).float() for name in OWN}
    frames = len(tensors["theta"]) if tensors["theta"].ndim else 0
    for name, width in OWN.items():
        if tensors[name].shape != (frames, width) or not frames:
            raise UserError(
                f"expected {name} (frames, {width}) in {path}, got {tuple(tensors[name].shape)}: write it again"
            )
    return MotionFile(Motion(**tensors, fps=rate_of(arrays["fps"], path)), "our own .npz", tuple(CHANNELS))
