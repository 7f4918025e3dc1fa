"""AMASS's layout of a motion: root, body, hands and, for SMPL-X, jaw and eyes as one array `poses`, in a z-up world, hands flat.

Its two layouts are told apart by the width of `poses`: 156 numbers are root, body, left hand, right hand; 165 are root, body,
jaw, left eye, right eye, left hand, right hand. AMASS has no place for a face: files of ours keep the 52 actions in an array
`actions` beside it, which others pass over. The gaze is in the eyes, to the last digit.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.motion_file import Conventions, MotionFile, check_rate, checked, in_order
from lca.formats.smplx_fields import EXPRESSION, SHAPE, Layout, smplx_motion
from lca.geometry.axes import stand_up
from lca.geometry.body_file import load_body
from lca.geometry.face_joints import jaw_of_actions
from lca.geometry.motion import Motion
from lca.geometry.skinning import full_pose

AMASS = {
    156: ("AMASS SMPL-H", {"root_orient": 3, "pose_body": 63, "left_hand_pose": 45, "right_hand_pose": 45}),
    165: (
        "AMASS SMPL-X",
        {"root_orient": 3, "pose_body": 63, "jaw_pose": 3, "pose_eye": 6, "left_hand_pose": 45, "right_hand_pose": 45},
    ),
}
"""Width of `poses` -> name, and the parts in their order."""
COLUMNS = {
    "root_orient": (0, 3),
    "pose_body": (3, 66),
    "pose_jaw": (66, 69),
    "pose_eye": (69, 75),
    "pose_hand": (75, 165),
}
"""The parts that AMASS's SMPL-X files repeat beside `poses`, by their columns of it."""
BETAS = 16


def amass_motion(arrays: Mapping[str, ndarray], fps: float | None, asked: Conventions, path: Path) -> MotionFile:
    """Cut `poses` into named fields by its width.

    Raises:
        UserError: another number of joints, parts of other lengths, NaN.
    """
    poses = arrays["poses"]
    if poses.ndim != 2 or poses.shape[1] not in AMASS or not len(poses):
        joints = f" ({poses.shape[1] // 3} joints)" if poses.ndim == 2 else ""
        raise UserError(
            f"expected poses (frames, 156) of SMPL-H's 52 joints or (frames, 165) of SMPL-X's 55 in {path}, "
            f"got {poses.shape}{joints}: take the SMPL-H or SMPL-X version of the motion"
        )
    name, parts = AMASS[poses.shape[1]]
    fields = dict(zip(parts, np.split(poses, np.cumsum(list(parts.values()))[:-1], axis=1), strict=True))
    fields |= {key: arrays[key] for key in ("trans", *SHAPE, *EXPRESSION) if key in arrays}
    if "actions" not in arrays:
        return smplx_motion(fields, Layout(name, "z", True, fps), asked, path)
    ours = replace(asked, up=asked.up or "z")
    return with_face(smplx_motion(fields, Layout(name, "z", True, fps), ours, path), arrays["actions"], path)


def with_face(file: MotionFile, actions: ndarray, path: Path) -> MotionFile:
    """The motion with the 52 actions that a file of ours keeps beside AMASS's arrays, in place of those of its jaw."""
    values = checked(actions, "actions", path).float()
    if values.shape != file.motion.actions.shape:
        raise UserError(
            f"expected actions {tuple(file.motion.actions.shape)} in {path}, got {tuple(values.shape)}: write it again"
        )
    notes = tuple(note for note in file.notes if not note.startswith("jaw:"))
    carried = in_order((*file.carried, "face"))
    return replace(file, motion=replace(file.motion, actions=values.clamp(0, 1)), carried=carried, notes=notes)


def write_amass(path: str | Path, motion: Motion, betas: Float[Tensor, " shapes"] | None = None) -> None:
    """Write a motion as AMASS's SMPL-X files are, with the face beside it; `lca.formats.motion.read_motion` reads it back.

    `betas`: the person's shape in SMPL-X's own coefficients, 0 where it is not known. Heights are ours: soles at rest are at -1.

    Raises:
        UserError: the path does not end in .npz, or the rate is none that a file may have.
    """
    if Path(path).suffix.lower() != ".npz":
        raise UserError(f"expected a motion file ending in .npz, got {path}: name it so")
    fps = check_rate(motion.fps, path)
    pelvis = load_body().joint_template[0].double()
    theta, translation, psi = (part.detach().cpu().double() for part in (motion.theta, motion.translation, motion.psi))
    actions = motion.actions.detach().cpu()
    # what stands up a world whose -z points up lays ours into one whose z does
    root, trans = stand_up(theta[:, :3], translation, pelvis, "-z")
    pose = full_pose(torch.cat([root, theta[:, 3:]], -1), psi, jaw_of_actions(actions.double()))
    poses = rearrange(pose, "frame joint xyz -> frame (joint xyz)").numpy()
    shape = np.zeros(BETAS) if betas is None else betas.detach().cpu().double().numpy()
    parts = {name: poses[:, start:end] for name, (start, end) in COLUMNS.items()}
    about = {
        "gender": "neutral",
        "surface_model_type": "smplx",
        "mocap_frame_rate": fps,
        "mocap_time_length": len(motion) / fps,
    }
    with writing(path) as temporary:
        np.savez(
            temporary,
            allow_pickle=False,
            poses=poses,
            trans=trans.numpy(),
            betas=shape,
            actions=actions.numpy(),
            **parts,
            **about,
        )
