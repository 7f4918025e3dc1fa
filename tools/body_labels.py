"""Names for vertices of the straightened body: parts by skinning and place, landmarks by search."""

import numpy as np
from tpose import FINGERS, INDEX, JOINTS

from lca.geometry.body import PARTS

PART_OF_JOINT = {
    **{"pelvis": "hips", "hip": "thigh", "knee": "calf", "ankle": "foot", "foot": "foot"},
    **{"spine1": "torso", "spine2": "torso", "spine3": "torso", "collar": "torso", "neck": "neck"},
    **{"shoulder": "upper_arm", "elbow": "forearm", "wrist": "hand", "head": "head", "jaw": "head", "eye": "eye"},
}


def part_of(joint: str) -> int:
    """Index into PARTS of the part that a joint carries (fingers are hand)."""
    return PARTS.index(PART_OF_JOINT.get(joint.removeprefix("left_").removeprefix("right_"), "hand"))


def part_labels(
    points: np.ndarray, joints: np.ndarray, weights: np.ndarray, inside: np.ndarray, eyeball: np.ndarray
) -> np.ndarray:
    """(points,) index into PARTS; `inside` are vertices of inner cavities and the tongue, `eyeball` of the eyes."""
    labels = np.array([part_of(joint) for joint in JOINTS])[weights.argmax(1)]
    eye = joints[INDEX["left_eye"]]
    skull = np.isin(labels, [PARTS.index("head"), PARTS.index("eye")])
    height, depth, width = points[:, 1] - eye[1], points[:, 2] - eye[2], np.abs(points[:, 0])
    front = (depth > -0.035) & (height < 0.052) & (width < 0.068)
    chin = points[skull & (width < 0.005) & (depth > 0), 1].min()
    labels[skull] = PARTS.index("head")
    labels[skull & front & (points[:, 1] > chin - 0.004)] = PARTS.index("face")
    labels[inside & skull & (height < -0.045)] = PARTS.index("mouth")
    labels[eyeball] = PARTS.index("eye")
    return labels


def landmarks(
    points: np.ndarray, joints: np.ndarray, weights: np.ndarray, skin: np.ndarray, tips: dict[str, np.ndarray]
) -> dict[str, int]:
    """Vertex ids of named places; `skin` marks outer skin, `tips` are the ends of the finger bones in the T-pose."""

    def extreme(direction: tuple[float, float, float], mask: np.ndarray) -> int:
        score = np.where(mask, points @ np.array(direction), -np.inf)
        return int(score.argmax())

    dominant = weights.argmax(1)
    head = skin & np.isin(dominant, [INDEX["head"], INDEX["jaw"]])
    middle = np.abs(points[:, 0]) < 0.002
    eye = joints[INDEX["left_eye"]]
    below_nose = points[:, 1] < eye[1] - 0.05
    found = {
        "nose": extreme((0, 0, 1), head & (points[:, 1] < eye[1]) & ~below_nose),
        "head_top": extreme((0, 1, 0), head),
        "chin": extreme((0, -0.8, 0.6), head & middle & below_nose),
        "head_back": extreme((0, 0, -1), head & middle),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        eyeball = (dominant == INDEX[f"{side}_eye"]) & ~skin
        found[f"{side}_eye"] = extreme((0, 0, 1), eyeball)
        found[f"{side}_ear"] = extreme((sign, 0, 0), head & (np.abs(points[:, 1] - eye[1]) < 0.04))
        for finger in FINGERS:
            direction = tips[f"{side}_{finger}"] - joints[INDEX[f"{side}_{finger}3"]]
            found[f"{side}_{finger}"] = extreme(tuple(direction), dominant == INDEX[f"{side}_{finger}3"])
        foot = np.isin(dominant, [INDEX[f"{side}_ankle"], INDEX[f"{side}_foot"]])
        big = points[:, 0] * sign < np.median(points[foot, 0] * sign)
        found[f"{side}_big_toe"] = extreme((0, 0, 1), foot & big)
        found[f"{side}_small_toe"] = extreme(
            (0.85 * sign, 0, 0.5), foot & ~big & (points[:, 1] < points[foot, 1].min() + 0.05)
        )
        found[f"{side}_heel"] = extreme((0, -0.3, -1), foot & (points[:, 1] < points[foot, 1].min() + 0.04))
    return found


SMPLX_VERTEX = {
    **{"nose": 9120, "right_eye": 9929, "left_eye": 9448, "right_ear": 616, "left_ear": 6},
    **{"right_thumb": 8079, "right_index": 7669, "right_middle": 7794, "right_ring": 7905, "right_pinky": 8022},
    **{"left_thumb": 5361, "left_index": 4933, "left_middle": 5058, "left_ring": 5169, "left_pinky": 5286},
    **{"left_big_toe": 5770, "left_small_toe": 5780, "left_heel": 8846},
    **{"right_big_toe": 8463, "right_small_toe": 8474, "right_heel": 8635},
}


def smplx_order(found: dict[str, int], count: int) -> np.ndarray:
    """order (count,): new vertex i is old vertex order[i]; landmarks land where SMPL-X's hard-wired vertex ids look for them."""
    order = np.arange(count)
    place = np.arange(count)  # place[old] = new
    for name, target in SMPLX_VERTEX.items():
        current = place[found[name]]
        order[[current, target]] = order[[target, current]]
        place[order[[current, target]]] = [current, target]
    return order
