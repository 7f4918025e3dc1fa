"""From MakeHuman's rig and A-pose to the 55 SMPL-X joints and a T-pose, exactly linear in shape."""

from dataclasses import dataclass

import numpy as np

SIDES = (("left", "L", 1.0), ("right", "R", -1.0))
JOINTS = (
    *("pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle"),
    *("spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head"),
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    *("jaw", "left_eye", "right_eye"),
    *(
        f"{side}_{f}{k}"
        for side in ("left", "right")
        for f in ("index", "middle", "pinky", "ring", "thumb")
        for k in (1, 2, 3)
    ),
)
PARENTS = (
    *(-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15),
    *(20, 25, 26, 20, 28, 29, 20, 31, 32, 20, 34, 35, 20, 37, 38),
    *(21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53),
)
FINGERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
INDEX = {name: i for i, name in enumerate(JOINTS)}


def bones_of_joints() -> dict[str, tuple[str, ...]]:
    """Which MakeHuman bones each joint carries; the first one's head is the joint (pelvis and feet excepted).

    Bones not listed (the rest of the face) belong to the head.
    """
    bones = {
        "pelvis": ("root", "pelvis.L", "pelvis.R", "spine05"),
        "spine1": ("spine04",),
        "spine2": ("spine03",),
        "spine3": ("spine02", "spine01", "breast.L", "breast.R"),
        "neck": ("neck01", "neck02", "neck03"),
        "head": ("head",),
        "jaw": ("jaw", "special04", "oris01", "oris02", "oris06.L", "oris06.R", "oris07.L", "oris07.R", "tongue00")
        + tuple(f"tongue0{i}" for i in range(1, 5))
        + tuple(f"tongue0{i}.{s}" for i in range(5, 8) for s in "LR"),
    }
    for side, s, _ in SIDES:
        bones[f"{side}_hip"] = (f"upperleg01.{s}", f"upperleg02.{s}")
        bones[f"{side}_knee"] = (f"lowerleg01.{s}", f"lowerleg02.{s}")
        bones[f"{side}_ankle"] = (f"foot.{s}",)
        bones[f"{side}_foot"] = tuple(f"toe{t}-{k}.{s}" for t in range(1, 6) for k in range(1, 3 + (t > 1)))
        bones[f"{side}_collar"] = (f"clavicle.{s}", f"shoulder01.{s}")
        bones[f"{side}_shoulder"] = (f"upperarm01.{s}", f"upperarm02.{s}")
        bones[f"{side}_elbow"] = (f"lowerarm01.{s}", f"lowerarm02.{s}")
        bones[f"{side}_wrist"] = (f"wrist.{s}", *(f"metacarpal{i}.{s}" for i in range(1, 5)))
        bones[f"{side}_eye"] = (f"eye.{s}",)
        for finger, number in FINGERS.items():
            for k in (1, 2, 3):
                bones[f"{side}_{finger}{k}"] = (f"finger{number}-{k}.{s}",)
    return bones


def joint_positions(heads: dict[str, np.ndarray]) -> np.ndarray:
    """(..., 55, 3) from bone heads (..., 3); linear, so it maps directions as well as positions."""
    bones = bones_of_joints()
    joints = {name: heads[bones[name][0]] for name in JOINTS}
    hips = (joints["left_hip"] + joints["right_hip"]) / 2
    joints["pelvis"] = 0.75 * hips + 0.25 * heads["spine04"]  # MakeHuman's root lies 8 cm behind the hips
    for side, s, _ in SIDES:
        joints[f"{side}_foot"] = sum(heads[f"toe{t}-1.{s}"] for t in range(1, 6)) / 5
    return np.stack([joints[name] for name in JOINTS], -2)


def merge_weights(bones: tuple[str, ...], indices: np.ndarray, weights: np.ndarray, keep: int = 6) -> np.ndarray:
    """Bone weights (points, influences) -> joint weights (points, 55) with at most `keep` influences, summing to one."""
    joint_of_bone = np.full(len(bones), INDEX["head"])
    for joint, names in bones_of_joints().items():
        for name in names:
            joint_of_bone[bones.index(name)] = INDEX[joint]
    dense = np.zeros((len(indices), len(JOINTS)))
    np.add.at(dense, (np.arange(len(indices))[:, None], joint_of_bone[indices]), weights)
    smallest = np.argsort(-dense, 1, kind="stable")[:, keep:]
    np.put_along_axis(dense, smallest, 0.0, 1)
    return dense / dense.sum(1, keepdims=True)


def normalized(vector: np.ndarray) -> np.ndarray:
    """Unit length."""
    return vector / np.linalg.norm(vector)


def frame(forward: np.ndarray, hint: np.ndarray) -> np.ndarray:
    """Rotation whose columns are `forward`, `hint` made orthogonal to it, and their cross product."""
    x = normalized(forward)
    y = normalized(hint - x * (x @ hint))
    return np.stack([x, y, np.cross(x, y)], 1)


def turn(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The smallest rotation that takes the direction `source` to `target`."""
    a, b = normalized(source), normalized(target)
    v, c = np.cross(a, b), a @ b
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + c)


def straightening(joints: np.ndarray, fingertips: dict[str, np.ndarray]) -> np.ndarray:
    """Rotation (55, 3, 3) of each bone from the A-pose into the T-pose, seen from the world.

    Arms along x with the elbow hinge vertical (the forearm bends forward), palms down, fingers straight and level (thumbs as
    modelled), legs almost vertical, feet as modelled.
    """
    at = {name: joints[i] for name, i in INDEX.items()}
    rotations = np.tile(np.eye(3), (len(JOINTS), 1, 1))
    for side, _, sign in SIDES:
        out, hinge = np.array([sign, 0, 0]), np.array([0, -sign, 0])
        upper, fore = at[f"{side}_elbow"] - at[f"{side}_shoulder"], at[f"{side}_wrist"] - at[f"{side}_elbow"]
        axis = np.cross(upper, fore)
        rotations[INDEX[f"{side}_shoulder"]] = frame(out, hinge) @ frame(upper, axis).T
        rotations[INDEX[f"{side}_elbow"]] = frame(out, hinge) @ frame(fore, axis).T
        across = at[f"{side}_index1"] - at[f"{side}_pinky1"]
        hand = frame(out, np.array([0, 0, 1.0])) @ frame(at[f"{side}_middle1"] - at[f"{side}_wrist"], across).T
        rotations[INDEX[f"{side}_wrist"]] = hand
        for finger in FINGERS:
            chain = [at[f"{side}_{finger}{k}"] for k in (1, 2, 3)] + [fingertips[f"{side}_{finger}"]]
            rotation = hand
            level = hand @ (chain[3] - chain[0]) * np.array([1, 0, 1])
            for k in (1, 2, 3):
                if finger != "thumb":
                    rotation = turn(rotation @ (chain[k] - chain[k - 1]), level) @ rotation
                rotations[INDEX[f"{side}_{finger}{k}"]] = rotation
        leg = at[f"{side}_ankle"] - at[f"{side}_hip"]
        upright = turn(leg * [1, 1, 0], np.array([0.04 * sign, -1.0, 0]))
        rotations[INDEX[f"{side}_hip"]] = rotations[INDEX[f"{side}_knee"]] = upright
    return rotations


@dataclass(frozen=True)
class Straightened:
    """The linear map from A-pose positions (and joints) to T-pose positions (and joints)."""

    rotations: np.ndarray  # (55, 3, 3), A to T

    def joints(self, joints: np.ndarray) -> np.ndarray:
        """(..., 55, 3) A-pose joints -> T-pose joints; the pelvis goes to the origin."""
        posed = np.zeros_like(joints)
        for joint, parent in enumerate(PARENTS[1:], start=1):
            bone = joints[..., joint, :] - joints[..., parent, :]
            posed[..., joint, :] = posed[..., parent, :] + bone @ self.rotations[parent].T
        return posed

    def points(self, points: np.ndarray, weights: np.ndarray, joints: np.ndarray) -> np.ndarray:
        """Unpose (..., P, 3): posing the result back with LBS gives `points` again, for every shape.

        LBS with fixed rotations is v_A = M v_T + b(joints) with one matrix M a vertex, so the inverse is linear too.
        """
        back = self.rotations.transpose(0, 2, 1)
        matrices = np.einsum("pj,jab->pab", weights, back)
        rest = self.joints(joints)
        offsets = joints - np.einsum("jab,...jb->...ja", back, rest)
        moved = points - np.einsum("pj,...ja->...pa", weights, offsets, optimize=True)
        return np.einsum("pab,...pb->...pa", np.linalg.inv(matrices), moved, optimize=True)
