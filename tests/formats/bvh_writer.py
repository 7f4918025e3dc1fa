"""Writes what our body does as the BVH of another skeleton: other names, rest pose, axes, unit and order of angles."""

import numpy as np
from scipy.spatial.transform import Rotation

from lca.geometry.body_file import load_body
from lca.geometry.joint_names import JOINTS

UNTURNED = np.eye(3)
KEPT = [joint for joint in range(55) if not 22 <= joint < 25]
PARENTS = [-1] + [KEPT.index(load_body().parents[joint]) for joint in KEPT[1:]]
PLACES = load_body().joint_template[KEPT].double().numpy()


def world_turns(theta: np.ndarray) -> list[Rotation]:
    """World rotations (frames) of our 52 joints from theta (frames, 156)."""
    turns = []
    for joint, parent in enumerate(PARENTS):
        local = Rotation.from_rotvec(theta[:, 3 * joint : 3 * joint + 3])
        turns.append(local if parent < 0 else turns[parent] * local)
    return turns


def places(theta: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """World places (frames, 52, 3) of our joints."""
    turns, found = world_turns(theta), []
    for joint, parent in enumerate(PARENTS):
        bone = PLACES[joint] - PLACES[parent]
        found.append(PLACES[0] + translation if parent < 0 else found[parent] + turns[parent].apply(bone))
    return np.stack(found, 1)


def bvh_text(theta, translation, names, rest=None, unit=100.0, axes=UNTURNED, order="ZXY", seconds=1 / 30) -> str:
    """BVH of a skeleton with our proportions.

    `names` gives ours -> theirs for the joints it has; `rest` gives turns of some of ours (axis-angle) in its rest pose; `axes`
    rotates from our world to the file's; `order` names the axes of the angles.
    """
    pose = np.zeros((1, 156))
    for name, turn in (rest or {}).items():
        start = 3 * JOINTS.index(name)
        pose[0, start : start + 3] = turn
    resting, at_rest = world_turns(pose), places(pose, np.zeros((1, 3)))[0] @ axes.T * unit
    world, hips = world_turns(theta), places(theta, translation)[:, 0] @ axes.T * unit
    turn = Rotation.from_matrix(axes)
    turns = [turn * world[joint] * resting[joint][0].inv() * turn.inv() for joint in range(len(JOINTS))]
    lines, columns = ["HIERARCHY"], [hips]

    def block(joint: int, parent: int) -> None:
        root = parent < 0
        offset = np.zeros(3) if root else at_rest[joint] - at_rest[parent]
        lines.extend([("ROOT " if root else "JOINT ") + names[JOINTS[joint]], "{", "OFFSET " + numbers(offset)])
        angles = [f"{axis}rotation" for axis in order]
        moves = ["Xposition", "Yposition", "Zposition"] if root else []
        lines.append(f"CHANNELS {len(moves + angles)} {' '.join(moves + angles)}")
        local = turns[joint] if root else turns[parent].inv() * turns[joint]
        columns.append(local.as_euler(order, degrees=True))
        children = [c for c in range(len(JOINTS)) if JOINTS[c] in names and carrier(c, names) == joint]
        for child in children:
            block(child, joint)
        if not children:
            lines.extend(["End Site {", "OFFSET 0 0 0", "}"])
        lines.append("}")

    block(0, -1)
    table = np.concatenate(columns, 1)
    lines += ["MOTION", f"Frames: {len(table)}", f"Frame Time: {seconds:.7f}", *(numbers(row) for row in table), ""]
    return "\n".join(lines)


def carrier(joint: int, names) -> int:
    """The nearest joint above that the skeleton has."""
    joint = PARENTS[joint]
    while joint >= 0 and JOINTS[joint] not in names:
        joint = PARENTS[joint]
    return joint


def numbers(values) -> str:
    return " ".join(f"{value:.6f}" for value in values)
