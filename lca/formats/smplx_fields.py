"""The fields of SMPL-X under the names that datasets give them, and how they become a motion of ours.

Lossless: root, body, fingers, translation (up to the choice of axes). The eyes lose their torsion, the jaw its roll
(`lca.geometry.face_joints`). Shape and expression coefficients are handed on, not played.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.formats.motion_file import Conventions, MotionFile, checked, in_order
from lca.geometry.axes import stand_up
from lca.geometry.body_file import load_body
from lca.geometry.face_joints import actions_of_jaw, psi_of_eyes
from lca.geometry.motion import Motion
from lca.geometry.rotations import axis_angle_to_matrix

FIELDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "root": (3, ("root_orient", "global_orient", "root_pose")),
    "translation": (3, ("trans", "transl", "translation")),
    "body": (63, ("pose_body", "body_pose")),
    "left hand": (45, ("left_hand_pose", "lhand_pose", "pose_lhand")),
    "right hand": (45, ("right_hand_pose", "rhand_pose", "pose_rhand")),
    "hands": (90, ("pose_hand",)),
    "jaw": (3, ("jaw_pose", "pose_jaw")),
    "left eye": (3, ("leye_pose",)),
    "right eye": (3, ("reye_pose",)),
    "eyes": (6, ("pose_eye",)),
}
"""Part -> numbers a frame, and the names it goes by."""
SHAPE, EXPRESSION = ("betas", "shape", "shape_param"), ("expression", "expressions", "expr", "face_expr")
NAMES = frozenset(name for _, names in FIELDS.values() for name in names) | {*SHAPE, *EXPRESSION}
USUAL_FPS = 30.0
LOOSE_FINGER = (0.35, 0.5, 0.25)
"""Radians of curl of a finger's three joints in our stand-in for the mean hand; the thumb stays straight."""
UPRIGHT_SHARE = 0.7
"""Mean share of a head's direction along an axis from which that axis may point up."""
ABOVE = 0.5
"""Metres above the origin at which nobody lies."""


@dataclass(frozen=True)
class Layout:
    """What a dataset's files have in common; `fps` None: not in the file."""

    name: str
    up: str
    flat_hand_mean: bool
    fps: float | None = None


def smplx_motion(fields: Mapping[str, ndarray], layout: Layout, asked: Conventions, path: Path) -> MotionFile:
    """Arrays (frames, ...) by any of their names -> a motion in our axes, hands flat at zero.

    Raises:
        UserError: no part of a pose, parts of other widths or lengths than they should have, NaN.
    """
    parts = parts_of(fields, path)
    frames = len(next(iter(parts.values())))
    carried = {"gaze" if part.endswith(("eye", "eyes")) else part for part in parts}
    notes = []
    if asked.fps is None and layout.fps is None:
        notes.append(f"the file has no frame rate: {USUAL_FPS:g} fps taken")
    full = {part: torch.zeros(frames, width, dtype=torch.float64) for part, (width, _) in FIELDS.items()} | parts
    up = upward(full["root"], full["translation"], layout.up) if asked.up is None else asked.up
    if asked.up is None and up != layout.up:
        notes.append(
            f"people stand along {up} in it, not along {layout.up} as in other files of its layout: --up says otherwise"
        )
    if up != "y" and {"root", "translation"} & carried:
        notes.append(f"turned from a world whose {up} axis points up to ours (y up)")
    turned = stand_up(full["root"], full["translation"], load_body().joint_template[0].double(), up)
    root, translation = (turned[i] if part in parts else full[part] for i, part in enumerate(("root", "translation")))
    if not (layout.flat_hand_mean if asked.flat_hand_mean is None else asked.flat_hand_mean):
        notes += add_hand_mean(full, parts, asked.hand_mean)
    if "jaw" in parts:
        notes.append("jaw: opening and sideways turn became facial actions, its roll is left out")
    eyes = rearrange(torch.cat([full["left eye"], full["right eye"]], -1), "frame (eye xyz) -> frame eye xyz", eye=2)
    betas, expression = extras(fields, frames, path)
    if betas is not None:
        notes.append(f"shape: {len(betas)} coefficients read, not played: the avatar keeps its own")
    if expression is not None:
        notes.append(f"expression: {expression.shape[-1]} SMPL-X coefficients read, not played: only the jaw moves")
    motion = Motion(
        torch.cat([root, full["body"], full["left hand"], full["right hand"]], -1).float(),
        translation.float(),
        actions_of_jaw(full["jaw"]).float(),
        psi_of_eyes(eyes).float(),
        asked.fps or layout.fps or USUAL_FPS,
    )
    return MotionFile(motion, layout.name, in_order(carried), tuple(notes), betas, expression)


def upward(root: Float[Tensor, "frames 3"], translation: Float[Tensor, "frames 3"], usual: str) -> str:
    """Which axis points up: `usual`, but y where a layout lies in a z-up world, heads point along y all the time, and it is
    high above the origin."""
    heads, place = axis_angle_to_matrix(root)[..., 1].mean(0), translation.mean(0)
    along_y = heads[1] > UPRIGHT_SHARE and abs(heads[2]) < 0.5 * heads[1]
    return "y" if usual == "z" and along_y and place[1] > max(ABOVE, 2 * abs(float(place[2]))) else usual


def parts_of(fields: Mapping[str, ndarray], path: Path) -> dict[str, Float[Tensor, "frames width"]]:
    """Parts of the pose present in `fields`, checked, one row a frame; joint hands and eyes are split."""
    parts = {}
    for part, (width, names) in FIELDS.items():
        name = next((name for name in names if name in fields), None)
        if name is None:
            continue
        values = checked(fields[name], name, path)
        values = values.flatten(1) if values.ndim > 1 else values.reshape(1, -1)
        if values.shape[-1] != width or not len(values):
            raise UserError(
                f"expected {width} numbers a frame for {name} ({width // 3} x axis-angle), got {values.shape[-1]} in "
                f"{len(values)} frames in {path}: export a SMPL-X motion, without PCA hands"
            )
        parts[part] = values
    for both, width in (("hands", 45), ("eyes", 3)):
        if both in parts:
            left, right = parts.pop(both).split(width, -1)
            parts |= {f"left {both[:-1]}": left, f"right {both[:-1]}": right}
    lengths = {part: len(values) for part, values in parts.items()}
    if not lengths:
        raise UserError(f"expected a motion with root_orient, pose_body or their like, got none in {path}")
    if len(set(lengths.values())) > 1:
        raise UserError(f"expected parts of one length in {path}, got {lengths} frames: export the motion again")
    return parts


def extras(fields: Mapping[str, ndarray], frames: int, path: Path) -> tuple[Tensor | None, Tensor | None]:
    """(betas of the first frame, expression of every frame), None where the file has none."""
    found = []
    for names in (SHAPE, EXPRESSION):
        name = next((name for name in names if name in fields), None)
        rows = None if name is None else torch.atleast_2d(checked(fields[name], name, path).float())
        found.append(rows.flatten(0, -2) if rows is not None and rows.numel() else None)
    betas, expression = found
    if expression is not None and len(expression) not in (1, frames):
        raise UserError(f"expected {frames} frames of expression in {path}, got {len(expression)}: export it again")
    return None if betas is None else betas[0], None if expression is None else expression.expand(frames, -1)


def add_hand_mean(full: dict[str, Tensor], parts: Mapping[str, Tensor], mean: Tensor | None) -> list[str]:
    """Turn fingers stored as offsets from a mean hand into absolute ones, in place; returns what to tell."""
    hands = [part for part in ("left hand", "right hand") if part in parts]
    for part in hands:
        row = 0 if part == "left hand" else 1
        full[part] = full[part] + (loose_hands() if mean is None else mean)[row].to(full[part])
    if not hands or mean is not None:
        return []
    return ["hands are offsets from SMPL-X's mean hand, which only a SMPL-X file holds: a loose hand of ours stands in"]


def loose_hands() -> Float[Tensor, "2 45"]:
    """A hand at ease, left and right: the stand-in for SMPL-X's mean hand."""
    hands = np.zeros((2, 5, 3, 3), np.float32)
    hands[0, :4, :, 2] = -np.array(LOOSE_FINGER)
    hands[1, :4, :, 2] = np.array(LOOSE_FINGER)
    return torch.from_numpy(hands.reshape(2, 45))


def read_hand_mean(path: Path) -> Float[Tensor, "2 45"]:
    """The mean hands, left and right, of a user's SMPL-X .npz.

    Raises:
        UserError: it is not such a file.
    """
    from lca.geometry.smplx_file import read_arrays

    arrays = read_arrays(path)
    return torch.from_numpy(np.stack([arrays["hands_meanl"], arrays["hands_meanr"]])).float()
