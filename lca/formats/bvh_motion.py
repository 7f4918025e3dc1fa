"""A BVH file as a motion of ours.

Conventions: the upward axis is that of the rest pose (legs hang down), unless it is given; where that does not stand, the first
frame that does takes its place; lengths are scaled so that the file's legs are as long as our mean person's, whatever its unit;
heights are the file's, scaled (its floor is not ours). Positions of joints below the pelvis do not move ours. Lacking: face, jaw,
gaze, and every joint without a name that is known or mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.bvh import TRIED, Bvh, parse_bvh
from lca.formats.bvh_names import pair
from lca.formats.motion_file import Conventions, MotionFile, check_rate, in_order
from lca.geometry.joint_names import BODY_JOINTS, JOINTS
from lca.geometry.motion import Motion
from lca.geometry.retarget import Performance, retarget, standing_frame, stands

BLOCK = 2048
"""Frames that are retargeted at once."""


def read_bvh(
    path: Path, mapping: Mapping[str, str | None] | None, asked: Conventions, seconds: float | None = None
) -> MotionFile:
    """Read and retarget; with `seconds` at least so much of it, and not all that follows.

    Raises:
        UserError: damaged, empty, NaN, unknown joints, a skeleton that never stands.
    """
    bvh = parse_bvh(path, seconds, asked.fps)
    family, pairs = pair([joint.name for joint in bvh.joints], mapping, path)
    stand, notes = stand_of(bvh, pairs, path)
    blocks = [
        moved(bvh.part(start, start + BLOCK), stand, pairs, asked.up) for start in range(0, len(bvh.values), BLOCK)
    ]
    theta, translation = (torch.cat(parts) for parts in zip(*blocks, strict=True))
    carried = {"root", "body"}
    if any(
        name.endswith("position") for joint in above(bvh, pairs["pelvis"]) for _, name in bvh.joints[joint].channels
    ):
        carried.add("translation")
    else:
        translation = torch.zeros_like(translation)
    fingers = {side: [j for j in JOINTS[22:] if j in pairs and j.startswith(side)] for side in ("left", "right")}
    carried |= {f"{side} hand" for side, joints in fingers.items() if joints}
    if len(theta) < bvh.announced:
        notes.append(f"read no further than asked: {len(theta)} of {bvh.announced} frames")
    motion = Motion(
        theta,
        translation,
        torch.zeros(len(theta), 52),
        torch.zeros(len(theta), 4),
        asked.fps or check_rate(bvh.fps, path),
    )
    return MotionFile(motion, f"BVH with names of {family}", in_order(carried), (*notes, *account(bvh, pairs, fingers)))


@dataclass(frozen=True)
class Stand:
    """A skeleton that stands: its joints, where their bones end, and its turns from its rest pose (None: that is what stands)."""

    rest: Float[Tensor, "joints 3"]
    tips: Float[Tensor, "joints 3"]
    turns: Float[Tensor, "joints 3 3"] | None = None


def stand_of(bvh: Bvh, pairs: Mapping[str, int], path: Path) -> tuple[Stand, list[str]]:
    """The rest pose, or the first frame that stands where that does not; and what to tell of it.

    Raises:
        UserError: nobody ever stands.
    """
    stand = Stand(bvh.rest(), bvh.tips())
    if stands(stand.rest, pairs):
        return stand, []
    places, turns = bvh.part(0, TRIED).posed()
    frame = standing_frame(places, pairs)
    if frame is None:
        raise UserError(
            f"expected somebody who stands upright at rest, or in one of the first {TRIED} frames of {path}, got other poses "
            "or no size: export it with a T-pose or an A-pose at rest"
        )
    tips = places[frame] + (turns[frame] @ (stand.tips - stand.rest)[..., None])[..., 0]
    told = f"nobody stands like its rest pose: frame {frame} counts as rest, with a straight trunk"
    return Stand(places[frame], tips, turns[frame]), [told]


def moved(
    bvh: Bvh, stand: Stand, pairs: Mapping[str, int], up: str | None
) -> tuple[Float[Tensor, "frames 156"], Float[Tensor, "frames 3"]]:
    """Theta and translation of our body in some frames."""
    places, turns = bvh.posed()
    turns = turns if stand.turns is None else turns @ stand.turns.mT
    pelvis = places[:, pairs["pelvis"]]
    performance = Performance(stand.rest, stand.tips, turns, pelvis, performed=stand.turns is not None)
    theta, translation = retarget(performance, pairs, up)
    return theta.float(), translation.float()


def above(bvh: Bvh, joint: int) -> list[int]:
    """The joint and all that it hangs from."""
    chain = []
    while joint >= 0:
        chain.append(joint)
        joint = bvh.joints[joint].parent
    return chain


def account(bvh: Bvh, pairs: Mapping[str, int], fingers: Mapping[str, list[str]]) -> list[str]:
    """Which joints of ours keep still in their parent, and which of theirs find no place."""
    notes = ["lengths are scaled to our legs"]
    still = [name for name in BODY_JOINTS if name not in pairs]
    if still:
        notes.append(f"joints without a counterpart keep still: {', '.join(still)}")
    notes += [f"{side} hand: {len(found)} of 15 joints" for side, found in fingers.items() if 0 < len(found) < 15]
    unused = [joint.name for index, joint in enumerate(bvh.joints) if index not in pairs.values()]
    if unused:
        shown = ", ".join(unused[:6]) + (", ..." if len(unused) > 6 else "")
        notes.append(f"{len(unused)} joints of the file are not ours, what they carry moves with them: {shown}")
    return notes
