"""A skeleton, its skin and its animation in glTF."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Int
from numpy import ndarray
from torch import Tensor

from lca.formats.glb import Buffer
from lca.geometry.rotations import axis_angle_to_quat_wxyz

SET = 4
"""Joints that one pair of attributes names (JOINTS_0 and WEIGHTS_0, JOINTS_1 ...); viewers must understand one pair."""


@dataclass(frozen=True)
class Skeleton:
    """Joints in the rest pose (world, metres), each one's parent (-1 for the root, which comes first), and the skin."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    joints: Float[Tensor, "joints 3"]
    skin_indices: Int[Tensor, "points influences"]
    skin_weights: Float[Tensor, "points influences"]


@dataclass(frozen=True)
class RigMotion:
    """A motion of the skeleton: axis-angle of every joint in its parent's frame, and the root's translation (metres)."""

    pose: Float[Tensor, "frames joints 3"]
    translation: Float[Tensor, "frames 3"]
    fps: float


def influences(skeleton: Skeleton) -> dict[str, ndarray]:
    """JOINTS_n (points 4, uint8) and WEIGHTS_n (points 4, float32): every joint that holds a point, the strongest first.

    Weights add up to one over all pairs, of which there are as many as some point needs: a viewer that reads the first pair
    alone has the four strongest. Joint 0 where the weight is 0.
    """
    weights, order = skeleton.skin_weights.float().cpu().sort(-1, descending=True)
    indices = skeleton.skin_indices.cpu().gather(-1, order).where(weights > 0, 0)
    used = max(1, int((weights > 0).sum(-1).max()))
    short = -used % SET
    weights, indices = (torch.nn.functional.pad(x[:, :used], (0, short)) for x in (weights, indices))
    weights = weights / weights.sum(-1, keepdim=True)
    attributes = {}
    for k, (joints, shares) in enumerate(zip(indices.split(SET, -1), weights.split(SET, -1), strict=True)):
        attributes |= {f"JOINTS_{k}": joints.to(torch.uint8).numpy(), f"WEIGHTS_{k}": shares.numpy()}
    return attributes


def add_skeleton(document: dict, buffer: Buffer, skeleton: Skeleton, playback: RigMotion | None) -> None:
    """Append one node a joint and the skin of node 0 to `document`; with `playback` an animation of them."""
    first, count = len(document["nodes"]), len(skeleton.parents)
    joints = skeleton.joints.detach().float().cpu().numpy()
    for joint, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        offset = joints[joint] - joints[parent] if joint else joints[joint]
        children = [first + child for child in range(1, count) if skeleton.parents[child] == joint]
        node = {"name": name, "translation": offset.tolist()}
        document["nodes"].append(node | ({"children": children} if children else {}))
    inverse_bind = np.tile(np.eye(4, dtype=np.float32), (count, 1, 1))
    inverse_bind[:, 3, :3] = -joints  # column after column
    document["skins"] = [
        {
            "joints": list(range(first, first + count)),
            "skeleton": first,
            "inverseBindMatrices": buffer.add(inverse_bind.reshape(count, 16)),
        }
    ]
    document["nodes"][0]["skin"] = 0
    document["scenes"][0]["nodes"].append(first)
    if playback is not None:
        document["animations"] = [_animation(buffer, joints[0], playback, first)]


def _animation(buffer: Buffer, root: Float32[ndarray, "3"], playback: RigMotion, first: int) -> dict:
    """Linear in time: every joint's rotation and the root's place."""
    frames, count = playback.pose.shape[:2]
    times = buffer.add((np.arange(frames) / playback.fps).astype(np.float32), bounds=True)
    quats = torch.nn.functional.normalize(axis_angle_to_quat_wxyz(playback.pose.float().cpu()), dim=-1)
    quats_xyzw = quats.roll(-1, -1).numpy()
    tracks = [(first, "translation", root + playback.translation.float().cpu().numpy())]
    tracks += [(first + joint, "rotation", quats_xyzw[:, joint]) for joint in range(count)]
    samplers = [{"input": times, "output": buffer.add(rows)} for _, _, rows in tracks]
    channels = [{"sampler": k, "target": {"node": node, "path": path}} for k, (node, path, _) in enumerate(tracks)]
    return {"samplers": samplers, "channels": channels}
