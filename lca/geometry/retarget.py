"""The motion of another skeleton on our body: bones point where the other's bones point.

Joints are paired by name beforehand. What a joint of ours does is worked out in the world, so that skeletons with more or fewer
joints between two pairs (a longer spine, a second neck) need no care: R = W G C^T A, with G the other joint's turn from its rest,
C the frame of the other's rest pose (rows: the person's left, up, forward), W the other's world, and A the turn from our
T-pose to its rest pose. A differs from the identity in limbs and fingers (an A-pose, arms hanging, spread legs) and, in feet, by
the heading; trunk, neck, head and collars count as alike in every rest pose, since there differences are of build, not of pose.
Feet count as flat on the floor at rest, but where the legs are so far apart that nobody would stand so (CMU's skeletons): there
they are square to the shanks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.geometry.axes import upright
from lca.geometry.body_file import load_body
from lca.geometry.joint_names import FINGERS, JOINTS
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle

LEG = ("left_hip", "left_knee", "left_ankle")
BONES = (
    *(("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("shoulder", "elbow"), ("elbow", "wrist")),
    *(("wrist", "middle1"), *((f"{finger}{i}", f"{finger}{i + 1}") for finger in FINGERS for i in (1, 2))),
)
NEXT = {f"{side}_{start}": f"{side}_{end}" for side in ("left", "right") for start, end in BONES}
"""Joint of a limb -> the joint its bone ends at."""
SPLAYED = 0.2
"""Radians from which legs that are apart at rest take the feet with them."""
LEVEL = 0.3
"""Least horizontal part of a foot, of its length, that has a heading."""


@dataclass(frozen=True)
class Performance:
    """What another skeleton does, in its own axes and unit of length.

    `rest`: joints with every turn at zero. `tips`: where each joint's bone ends at rest (its own place where unknown).
    `turns`: world rotation of each joint from its rest. `pelvis`: the place of the joint that is our pelvis. `performed`: the
    rest is a frame of the motion, and need not face along an axis.
    """

    rest: Float[Tensor, "joints 3"]
    tips: Float[Tensor, "joints 3"]
    turns: Float[Tensor, "frames joints 3 3"]
    pelvis: Float[Tensor, "frames 3"]
    performed: bool = False


def retarget(
    performance: Performance, pairs: Mapping[str, int], up: str | None = None
) -> tuple[Float[Tensor, "frames 156"], Float[Tensor, "frames 3"]]:
    """Theta and translation (metres) of our body.

    `pairs` gives for names of JOINTS the other's joint; pelvis, both hips, knees and ankles must be in it, a joint that is not
    keeps still in its parent. `up` is the world's upward axis (`lca.geometry.axes`); None: the upward axis of the rest pose. The
    pelvis's path is scaled by the ratio of leg lengths, so steps fit the legs and the unit of length does not matter.
    """
    body = load_body()
    kept = [joint for joint in range(55) if not 22 <= joint < 25]
    ours = body.joint_template[kept].to(performance.rest)
    parents = [kept.index(body.parents[joint]) if joint else -1 for joint in kept]
    along = rest_frame(performance.rest, pairs)
    frame = heading_frame(performance.rest, along, pairs) if performance.performed else along
    world = along if up is None else upright(up).to(frame)
    align = alignment(ours, parents, performance.rest @ frame.T, performance.tips @ frame.T, pairs)
    turns = torch.eye(3).to(ours).repeat(len(performance.turns), len(JOINTS), 1, 1)
    local = turns.clone()
    for joint, name in enumerate(JOINTS):
        above = turns[:, parents[joint]] if joint else turns[:, 0].clone()
        turns[:, joint] = (
            world @ performance.turns[:, pairs[name]] @ (frame.T @ align[joint]) if name in pairs else above
        )
        local[:, joint] = above.mT @ turns[:, joint]
    theta = rearrange(matrix_to_axis_angle(local), "frame joint xyz -> frame (joint xyz)")
    scale = length(ours, [JOINTS.index(name) for name in LEG]) / length(performance.rest, [pairs[name] for name in LEG])
    return theta, scale * performance.pelvis @ world.T - ours[0]


def length(joints: Float[Tensor, "joints 3"], chain: list[int]) -> Float[Tensor, ""]:
    """Summed length of the bones along a chain of joints."""
    return (joints[chain[1:]] - joints[chain[:-1]]).norm(dim=-1).sum()


def rest_frame(rest: Float[Tensor, "joints 3"], pairs: Mapping[str, int]) -> Float[Tensor, "3 3"]:
    """Rows: which axes of the file point to the person's left, up and forward at rest (up: from the ankles to the hips)."""
    up = nearest_axis(along_legs(rest, pairs))
    left = nearest_axis(across_hips(rest, up, pairs))
    return torch.stack([left, up, torch.linalg.cross(left, up)])


def along_legs(places: Float[Tensor, "*frames joints 3"], pairs: Mapping[str, int]) -> Float[Tensor, "*frames 3"]:
    """From the ankles to the hips."""
    hips, ankles = ([pairs[f"{side}_{name}"] for side in ("left", "right")] for name in ("hip", "ankle"))
    return places[..., hips, :].sum(-2) - places[..., ankles, :].sum(-2)


def across_hips(
    rest: Float[Tensor, "joints 3"], up: Float[Tensor, "3"], pairs: Mapping[str, int]
) -> Float[Tensor, "3"]:
    """From the right hip to the left one, as far as it is square to `up`."""
    left = rest[pairs["left_hip"]] - rest[pairs["right_hip"]]
    return left - (left @ up) * up


def heading_frame(
    rest: Float[Tensor, "joints 3"], along: Float[Tensor, "3 3"], pairs: Mapping[str, int]
) -> Float[Tensor, "3 3"]:
    """The frame of `rest_frame` turned about its upward axis to where the hips truly face."""
    left = torch.nn.functional.normalize(across_hips(rest, along[1], pairs), dim=0)
    return torch.stack([left, along[1], torch.linalg.cross(left, along[1])])


def stands(rest: Float[Tensor, "joints 3"], pairs: Mapping[str, int]) -> bool:
    """Whether a rest pose is upright: legs of some length hang down, side by side, and the head is above the pelvis."""
    if not length(rest, [pairs[name] for name in LEG]) > 0:
        return False
    frame = rest_frame(rest, pairs)
    heights = rest @ frame[1]
    upper = [pairs[name] for name in ("spine3", "neck", "head") if name in pairs]
    return bool(frame.det() > 0.5 and (heights[upper] > heights[pairs["pelvis"]]).all())


def standing_frame(places: Float[Tensor, "frames joints 3"], pairs: Mapping[str, int]) -> int | None:
    """The first frame in which the person stands along the axis that legs point along most of the time; None if there is none."""
    up = nearest_axis(torch.nn.functional.normalize(along_legs(places, pairs), dim=-1).mean(0))
    for frame, pose in enumerate(places):
        if stands(pose, pairs) and bool(rest_frame(pose, pairs)[1] @ up > 0.5):
            return frame
    return None


def nearest_axis(vector: Float[Tensor, "3"]) -> Float[Tensor, "3"]:
    """The unit vector along x, y or z, either way, that is closest."""
    largest = vector.abs().argmax()
    return torch.zeros_like(vector).index_fill(0, largest, 1.0) * vector[largest].sign()


def alignment(
    ours: Float[Tensor, "own_joints 3"],
    parents: list[int],
    rest: Float[Tensor, "joints 3"],
    tips: Float[Tensor, "joints 3"],
    pairs: Mapping[str, int],
) -> Float[Tensor, "own_joints 3 3"]:
    """For each joint of ours the turn from its bone in our T-pose to the other's bone at rest, both in our axes.

    Along a limb each joint starts from its parent's turn and adds the smallest one, so that twist does not build up.
    """
    align = torch.eye(3).to(ours).repeat(len(JOINTS), 1, 1)
    for joint, name in enumerate(JOINTS):
        ends_a_limb = name.endswith("_foot") or name[:-1].endswith(FINGERS)
        if name.endswith("_ankle"):
            align[joint] = align[parents[joint]] if angle_of(align[parents[joint]]) > SPLAYED else align[joint]
        elif name in NEXT or ends_a_limb:
            align[joint] = align[parents[joint]]
        if name in NEXT and name in pairs:
            end = pairs.get(NEXT[name])
            there = (tips[pairs[name]] if end is None else rest[end]) - rest[pairs[name]]
            here, there = ours[JOINTS.index(NEXT[name])] - ours[joint], align[joint].T @ there
            if name.endswith("_ankle"):
                here, there = heading(here), heading(there)
            align[joint] = align[joint] @ smallest_turn(here, there)
    return align


def angle_of(turn: Float[Tensor, "3 3"]) -> float:
    """The angle of a rotation in radians."""
    return float(matrix_to_axis_angle(turn).norm())


def heading(bone: Float[Tensor, "3"]) -> Float[Tensor, "3"]:
    """The horizontal part of a bone; zero if it is too steep to tell."""
    level = bone * torch.tensor([1.0, 0.0, 1.0]).to(bone)
    return level * (level.norm() > LEVEL * bone.norm())


def smallest_turn(start: Float[Tensor, "3"], end: Float[Tensor, "3"]) -> Float[Tensor, "3 3"]:
    """The rotation by the least angle that takes the direction of `start` to that of `end`; none if one has no length."""
    axis = torch.linalg.cross(start, end)
    angle = torch.atan2(axis.norm(), start @ end)
    if angle > math.pi - 1e-6:  # opposite: any axis across will do
        axis = torch.linalg.cross(start, torch.eye(3).to(start)[start.abs().argmin()])
    return axis_angle_to_matrix(torch.nn.functional.normalize(axis, dim=0) * angle)
