"""Motions in JSON: a folder with one file a frame (LHM, ExAvatar), and Motion-X's annotations.

Conventions: all are in an OpenCV camera's frame (y down), but for Motion-X's global motions, whose upward axis is the one nearest
to what their first camera sees as up (y where there is no camera). Hands are absolute in LHM and in Motion-X's global motions;
ExAvatar and Motion-X's local motions store offsets from SMPL-X's mean hand. None has a frame rate.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lca.errors import UserError
from lca.formats.motion_file import Conventions, MotionFile, checked, text_of
from lca.formats.smplx_fields import NAMES, Layout, smplx_motion

PLACES = (
    ".",
    "smplx_params",
    "smplx_optimized/smplx_params_smoothed",
    "smplx_optimized/smplx_params",
    "smplx_params_smoothed",
)
"""Where the frames of a folder may be."""
CAMERA = {"focal", "princpt"}
OF_LHM = ("betas", "pad_ratio", "img_size_wh")
"""Any of these in a frame tells LHM from ExAvatar, which keeps shape and cameras in files of their own."""


def read_frames(folder: Path, asked: Conventions) -> MotionFile:
    """Read a folder of 00001.json, 00002.json, ... in the order of their numbers.

    Raises:
        UserError: no such files, a frame that is damaged or lacks what the first has, another number of joints, NaN.
    """
    files = next(filter(None, (numbered(folder / place) for place in PLACES)), None)
    if files is None:
        raise UserError(f"expected a folder with one numbered .json a frame, got none in {folder}: give smplx_params")
    frames = [fields_of(read_json(file), file) for file in files]
    layout = (
        Layout("LHM frames", "-y", True) if set(OF_LHM) & set(frames[0]) else Layout("ExAvatar frames", "-y", False)
    )
    fields = stacked(frames, [file.name for file in files], folder)
    shape = files[0].parent.parent / "shape_param.json"
    if "betas" not in fields and shape.is_file():
        fields["betas"] = checked(read_json(shape), "shape_param", shape).numpy()
    motion = smplx_motion(fields, layout, asked, folder)
    gaps = int(files[-1].stem) - int(files[0].stem) + 1 - len(files)
    notes = [f"{gaps} frames are missing between the first and the last: the others follow each other"] if gaps else []
    return with_notes(motion, notes, CAMERA & set(fields))


def read_annotations(path: Path, asked: Conventions) -> MotionFile:
    """Read a Motion-X file: {"annotations": [{"smplx_params": {...}, "cam_params": {...}}, ...]}, a local or a global motion.

    Raises:
        UserError: damaged, another layout, no frames, another number of joints, NaN.
    """
    data = read_json(path)
    annotations = data.get("annotations") if isinstance(data, dict) else None
    if not isinstance(annotations, list) or not annotations:
        raise UserError(f"expected Motion-X's list of annotations in {path}, got none: give such a file, or a folder")
    if not all(isinstance(entry, dict) and "smplx_params" in entry for entry in annotations):
        raise UserError(f"expected smplx_params in every annotation of {path}, got some without: take the mesh motions")
    places = [f"annotation {index}" for index in range(len(annotations))]
    frames = [fields_of(entry["smplx_params"], path) for entry in annotations]
    fields = stacked(frames, places, path)
    if "root_pose" in fields:
        layout = Layout("Motion-X local motion", "-y", False)
    else:
        layout = Layout("Motion-X global motion", upward(annotations[0].get("cam_params"), path), True)
    cameras = {"cam_params", "camera_params"} & set(annotations[0])
    return with_notes(smplx_motion(fields, layout, asked, path), [], cameras)


def numbered(folder: Path) -> list[Path]:
    """Its .json files that are named by a number, in that order."""
    return sorted((file for file in folder.glob("*.json") if file.stem.isdecimal()), key=lambda file: int(file.stem))


def read_json(path: Path) -> Any:
    """What a JSON file holds; UserError if it is none."""
    try:
        return json.loads(text_of(path))
    except UserError:
        raise
    except (ValueError, RecursionError) as error:
        raise UserError(f"expected JSON in {path}, got something else ({error}): export the motion again") from error


def fields_of(entry: Any, path: Path) -> dict[str, Any]:
    """A frame's fields; UserError unless it is an object."""
    if not isinstance(entry, dict):
        raise UserError(
            f"expected an object with a pose in {path}, got {type(entry).__name__}: export the motion again"
        )
    return entry


def stacked(frames: list[dict[str, Any]], places: list[str], path: Path) -> dict[str, np.ndarray]:
    """Fields of all frames, (frames, numbers) each; those of the first frame must be in every frame, with one width."""
    fields = {}
    for name in (name for name in frames[0] if name in NAMES or name in CAMERA):
        lost = next((place for frame, place in zip(frames, places, strict=True) if name not in frame), None)
        if lost is not None:
            raise UserError(f"expected {name} in every frame of {path}, got {lost} without: export the motion again")
        rows = [
            checked(frame[name], f"{name} of {place}", path).flatten()
            for frame, place in zip(frames, places, strict=True)
        ]
        widths = {len(row) for row in rows}
        if len(widths) > 1:
            raise UserError(f"expected {name} of one width in {path}, got {sorted(widths)}: export the motion again")
        fields[name] = np.stack([row.numpy() for row in rows])
    return fields


def upward(camera: Any, path: Path) -> str:
    """The axis of the world that is nearest to the camera's up; "y" without a camera."""
    if not isinstance(camera, dict) or "cam_R" not in camera:
        return "y"
    rotation = checked(camera["cam_R"], "cam_R", path).numpy()
    if rotation.shape != (3, 3):
        raise UserError(f"expected cam_R (3, 3) in {path}, got {rotation.shape}: export the motion again")
    up = -rotation[1]
    axis = int(np.abs(up[1:]).argmax())
    return ("" if up[1 + axis] > 0 else "-") + "yz"[axis]


def with_notes(motion: MotionFile, notes: list[str], cameras: set[str]) -> MotionFile:
    """Add what is to be told about frames and cameras."""
    if cameras:
        notes = [*notes, "camera: read over, a film has its own"]
    return replace(motion, notes=(*motion.notes, *notes))
