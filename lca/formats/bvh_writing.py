"""A motion of ours as BVH: our mean person's skeleton in its T-pose, with Mixamo's names, in centimetres, y up, facing z.

Carried: root, translation, body and all fingers. BVH has no place for a face, and no names for eyes that others agree on: they
are left out. Heights are ours: soles at rest are at -100.
"""

import warnings
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.spatial.transform import Rotation

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.bvh_names import FAMILIES
from lca.formats.motion_file import check_rate
from lca.geometry.body_file import load_body
from lca.geometry.joint_names import JOINTS
from lca.geometry.motion import Motion

CENTIMETRES = 100.0
ORDER = "ZXY"
"""Axes of a joint's angles, in the order in which they are applied about axes that turn with it."""
TIP = 0.6
"""Length of a last bone, of the one before it."""
KEPT = tuple(joint for joint in range(55) if not 22 <= joint < 25)
"""Joints of the body in the order of theta: without jaw and eyes."""


def write_bvh(path: str | Path, motion: Motion) -> None:
    """Write root, translation, body and fingers; `lca.formats.motion.read_motion` reads them back.

    Raises:
        UserError: the path does not end in .bvh, or the rate is none that a file may have.
    """
    if Path(path).suffix.lower() != ".bvh":
        raise UserError(f"expected a motion file ending in .bvh, got {path}: name it so")
    fps = check_rate(motion.fps, path)
    lines, order = hierarchy()
    theta = motion.theta.detach().cpu().double().numpy().reshape(len(motion), len(JOINTS), 3)
    hips = CENTIMETRES * (places()[0] + motion.translation.detach().cpu().double().numpy())
    table = np.concatenate([hips, *(degrees(theta[:, joint]) for joint in order)], 1)
    with writing(path) as temporary, temporary.open("w") as file:
        file.write("\n".join((*lines, "MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / fps!r}", "")))
        np.savetxt(file, table, "%.6f")


def places() -> Float64[ndarray, "52 3"]:
    """Where our joints rest, in metres."""
    return load_body().joint_template[list(KEPT)].double().numpy()


def degrees(turns: Float64[ndarray, "frames 3"]) -> Float64[ndarray, "frames 3"]:
    """Axis-angle -> the three angles of ORDER."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # in gimbal lock one of the angles is free, the turn is not
        return Rotation.from_rotvec(turns).as_euler(ORDER, degrees=True)


@cache
def hierarchy() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Lines of the HIERARCHY, and our joints in the order in which it names them."""
    parents = [-1, *(KEPT.index(load_body().parents[joint]) for joint in KEPT[1:])]
    names, rest = FAMILIES["Mixamo"], places() * CENTIMETRES
    angles = " ".join(f"{axis}rotation" for axis in ORDER)
    lines, order = ["HIERARCHY"], []

    def block(joint: int, indent: str) -> None:
        root = parents[joint] < 0
        bone = rest[joint] if root else rest[joint] - rest[parents[joint]]
        channels = f"6 Xposition Yposition Zposition {angles}" if root else f"3 {angles}"
        lines.append(f"{indent}{'ROOT' if root else 'JOINT'} {names[JOINTS[joint]]}")
        lines.extend([f"{indent}{{", f"{indent}  OFFSET {offset(bone)}", f"{indent}  CHANNELS {channels}"])
        order.append(joint)
        children = [child for child, parent in enumerate(parents) if parent == joint]
        for child in children:
            block(child, indent + "  ")
        if not children:
            lines.extend(
                [f"{indent}  End Site", f"{indent}  {{", f"{indent}    OFFSET {offset(TIP * bone)}", f"{indent}  }}"]
            )
        lines.append(f"{indent}}}")

    block(0, "")
    return tuple(lines), tuple(order)


def offset(bone: Float64[ndarray, "3"]) -> str:
    """Three numbers of a line."""
    return " ".join(f"{value:.6f}" for value in bone)
