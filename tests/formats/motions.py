"""Writers of small motion files as other programs lay them out, from parts of one SMPL-X pose."""

import json
from pathlib import Path

import numpy as np

WIDTHS = {
    **{"root": 3, "body": 63, "jaw": 3, "eyes": 6, "left hand": 45, "right hand": 45, "translation": 3},
    **{"expression": 10, "betas": 10},
}
FRAMES = 4
SMPLX_NAMES = {
    **{"root": "global_orient", "body": "body_pose", "jaw": "jaw_pose", "left hand": "left_hand_pose"},
    **{"right hand": "right_hand_pose", "translation": "transl", "expression": "expression"},
}
LHM_NAMES = {
    **{
        "root": "root_pose",
        "body": "body_pose",
        "jaw": "jaw_pose",
        "left hand": "lhand_pose",
        "right hand": "rhand_pose",
    },
    **{"translation": "trans", "expression": "expr"},
}


def parts(**given) -> dict[str, np.ndarray]:
    """All parts at zero but for those given ("left_hand" for "left hand"); betas are of one person."""
    zero = {name: np.zeros((FRAMES, width)) for name, width in WIDTHS.items()} | {"betas": np.zeros(10)}
    return zero | {name.replace("_", " "): value for name, value in given.items()}


def amass_h(path: Path, pose: dict) -> Path:
    """AMASS, SMPL-H: poses (frames, 156); the gender is a pickled object, as in some of its files."""
    poses = np.concatenate([pose[k] for k in ("root", "body", "left hand", "right hand")], 1)
    gender = np.array("female", object)
    np.savez(path, poses=poses, trans=pose["translation"], betas=pose["betas"], gender=gender, mocap_framerate=120.0)
    return path


def amass_x(path: Path, pose: dict) -> Path:
    """AMASS, SMPL-X: poses (frames, 165) beside its own parts."""
    poses = np.concatenate([pose[k] for k in ("root", "body", "jaw", "eyes", "left hand", "right hand")], 1)
    named = {"root_orient": pose["root"], "pose_body": pose["body"], "pose_jaw": pose["jaw"], "pose_eye": pose["eyes"]}
    np.savez(path, poses=poses, trans=pose["translation"], betas=pose["betas"], mocap_frame_rate=120.0, **named)
    return path


def smplx_npz(path: Path, pose: dict) -> Path:
    """The arguments of the smplx package's forward pass."""
    named = {theirs: pose[ours] for ours, theirs in SMPLX_NAMES.items()}
    np.savez(path, leye_pose=pose["eyes"][:, :3], reye_pose=pose["eyes"][:, 3:], betas=pose["betas"], **named)
    return path


def lhm_frame(pose: dict, frame: int) -> dict:
    """One frame of LHM: joints as rows of three, and the camera."""
    entry = {
        theirs: pose[ours][frame].reshape(-1, 3).squeeze().tolist()
        for ours, theirs in LHM_NAMES.items()
        if ours != "expression"
    }
    entry |= {"leye_pose": pose["eyes"][frame, :3].tolist(), "reye_pose": pose["eyes"][frame, 3:].tolist()}
    camera = {"focal": [900.0, 900.0], "princpt": [256.0, 256.0], "img_size_wh": [512, 512], "pad_ratio": 0.2}
    return entry | camera | {"expr": pose["expression"][frame].tolist(), "betas": pose["betas"].tolist()}


def lhm(path: Path, pose: dict) -> Path:
    """LHM: smplx_params/00001.json, ...; numbers beyond 9 check that the order is theirs."""
    folder = path.with_suffix("") / "smplx_params"
    folder.mkdir(parents=True)
    for frame in range(FRAMES):
        (folder / f"{frame + 8}.json").write_text(json.dumps(lhm_frame(pose, frame)))
    return folder.parent


def exavatar(path: Path, pose: dict) -> Path:
    """ExAvatar: frames without shape or camera, and shape_param.json beside them."""
    folder = path.with_suffix("") / "smplx_optimized" / "smplx_params"
    folder.mkdir(parents=True)
    for frame in range(FRAMES):
        entry = lhm_frame(pose, frame)
        kept = {k: v for k, v in entry.items() if k not in ("focal", "princpt", "img_size_wh", "pad_ratio", "betas")}
        (folder / f"{frame}.json").write_text(json.dumps(kept))
    (folder.parent / "shape_param.json").write_text(json.dumps(pose["betas"].tolist()))
    return folder.parent.parent


def motionx_local(path: Path, pose: dict) -> Path:
    """Motion-X, local motion: LHM-like names, shape per frame, no eyes."""
    entries = []
    for frame in range(FRAMES):
        entry = {theirs: pose[ours][frame].tolist() for ours, theirs in LHM_NAMES.items()}
        entries.append({"smplx_params": entry | {"shape": pose["betas"].tolist()}, "camera_params": {}})
    path = path.with_suffix(".json")
    path.write_text(json.dumps({"images": [], "annotations": entries}))
    return path


def motionx_global(path: Path, pose: dict) -> Path:
    """Motion-X, global motion: AMASS-like names; the first camera stands upright in a world whose z points down."""
    entries = []
    for frame in range(FRAMES):
        entry = {"root_orient": pose["root"], "pose_body": pose["body"], "pose_jaw": pose["jaw"]}
        entry |= {"pose_hand": np.concatenate([pose["left hand"], pose["right hand"]], 1), "trans": pose["translation"]}
        entry = {name: values[frame].tolist() for name, values in (entry | {"face_expr": pose["expression"]}).items()}
        camera = {"cam_R": [[1, 0, 0], [0, 0.1, 0.99], [0, -0.99, 0.1]], "cam_T": [0, 0, 3]}
        entries.append({"smplx_params": entry | {"betas": pose["betas"].tolist()}, "cam_params": camera})
    path = path.with_suffix(".json")
    path.write_text(json.dumps({"annotations": entries}))
    return path
