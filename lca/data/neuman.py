"""Adapter: one real person in one video, in the layout of the NeuMan data set as ExAvatar prepares it.

    DIR/images/00012.png                       or frames/12.png
    DIR/masks/00012.png                        white where the person is
    DIR/sparse/cameras.txt                     COLMAP, PINHOLE; without it cam_params/12.json {focal, princpt}
    DIR/smplx_optimized/shape_param.json       up to 100 SMPL-X shape coefficients; joint_offset.json (55, 3) if fitted
    DIR/smplx_optimized/smplx_params/12.json   root_pose, body_pose (21), lhand_pose, rhand_pose (15), leye_pose, reye_pose,
                                               trans; smplx_params_smoothed/ is preferred where there is one
    DIR/train_split.txt, val_split.txt, test_split.txt   a picture's name a line; or frame_list_train.txt, ... (numbers)

Poses are axis-angle, metres, in the camera's frame (x right, y down, z forward); hands are offsets from SMPL-X's mean hand. A
capture's world is therefore the camera of each frame, turned so that y points up; COLMAP's own world, whose scale is
arbitrary, is not used. Our body is not SMPL-X's: its shape is fitted to the SMPL-X joints, and the pelvis stays where it was.
Not known: canonical maps (none are valid); light, cloth and the 52 actions (NaN: `expr` and `jaw_pose` belong to another face).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from lca.data.sample import Capture
from lca.errors import UserError
from lca.formats.captures import CLOTH_COLUMNS, CLOTH_RINGS, FACE_SIZE, RADIANCE_LIGHTS
from lca.formats.columns import codes_of
from lca.formats.photos import crop_square, mask_box, read_picture, square_box
from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.geometry.skinning import full_pose, joint_transforms, skin_points
from lca.geometry.smplx_file import read_arrays
from lca.world.stages.framing import chin_height, shot

SPLITS = {"train": "train", "validation": "val", "test": "test"}
UPRIGHT = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
"""Camera axes (y down, z forward) to ours (y up, z to the viewer), and back."""
MARGIN = 0.08
JOINT_ERROR = 0.005
"""Metres: how far our joints may stay from SMPL-X's to keep the shape likely."""
POSES = {
    "root_pose": 3,
    "body_pose": 63,
    "lhand_pose": 45,
    "rhand_pose": 45,
    "leye_pose": 3,
    "reye_pose": 3,
    "trans": 3,
}


@dataclass(frozen=True)
class FittedBody:
    """What the adapter needs of the SMPL-X file that a capture was fitted with: rest joints (metres) and the mean hands."""

    joints: Float[Tensor, "55 3"]
    joint_directions: Float[Tensor, "55 3 100"]
    hand_mean: Float[Tensor, "90"]

    @staticmethod
    def read(path: str | Path) -> "FittedBody":
        """From a licensed SMPL-X .npz. Raises: UserError: see `lca.geometry.smplx_file`."""
        arrays = {name: torch.from_numpy(np.asarray(a, np.float32)) for name, a in read_arrays(Path(path)).items()}
        regressor = arrays["J_regressor"]
        return FittedBody(
            regressor @ arrays["v_template"],
            torch.einsum("jv,vxs->jxs", regressor, arrays["shapedirs"][..., :100]),
            torch.cat([arrays["hands_meanl"], arrays["hands_meanr"]]),
        )


class NeumanCapture:
    """The frames of one split as a `lca.data.sources.Recording`; pictures are cut to `size` pixels about the person."""

    def __init__(self, folder: str | Path, split: str, body: FittedBody | None, size: int = 256):
        """Read the lists of the folder; pictures and poses are read when frames are asked for.

        Raises:
            UserError: no SMPL-X body, an unknown or missing split, or a frame without picture, mask, pose or camera.
        """
        self.folder, self.size = Path(folder), size
        if body is None:
            raise UserError(
                f"expected the SMPL-X .npz that {folder} was fitted with, got none: give it as data.smplx in training, as "
                "--smplx to `lca evaluate` (its licence is non-commercial, so it does not come with this package)"
            )
        self.body, self.frames = body, frames_of(self.folder, split)
        fitted = self.folder / "smplx_optimized"
        smoothed = fitted / "smplx_params_smoothed"
        self.pictures = numbered(self.folder / "images") or numbered(self.folder / "frames")
        self.masks = numbered(self.folder / "masks")
        self.poses = numbered(smoothed if smoothed.is_dir() else fitted / "smplx_params")
        for what, files in {"picture": self.pictures, "mask": self.masks, "SMPL-X pose": self.poses}.items():
            missing = [frame for frame in self.frames if frame not in files]
            if missing:
                raise UserError(f"expected a {what} of every frame of {folder} ({split}), got none of {missing[0]}")

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def takeable(self) -> None:
        """All frames."""

    def photos(self, frames: Sequence[int]) -> Capture:
        """Frames by their place in the split."""
        return self.read(frames)

    def targets(self, frames: Sequence[int]) -> Capture:
        """The same."""
        return self.read(frames)

    @cached_property
    def shape(self) -> tuple[Float[Tensor, "100"], Float[Tensor, "3"]]:
        """Coefficients of our body whose joints are the fitted ones (most likely ones), and how far its pelvis is off."""
        path = self.folder / "smplx_optimized" / "shape_param.json"
        coefficients = array(path, read_json(path), None)
        if not 1 <= len(coefficients) <= 100:
            raise UserError(f"expected 1 to 100 shape coefficients in {path}, got {len(coefficients)}: fit it again")
        wanted = self.body.joints + self.body.joint_directions[..., : len(coefficients)] @ coefficients
        offset = path.with_name("joint_offset.json")
        if offset.is_file():
            wanted = wanted + array(offset, read_json(offset), 165).view(55, 3)
        ours = load_body()
        directions = (ours.joint_shape_directions - ours.joint_shape_directions[:1]).flatten(0, 1)
        bones = (wanted - wanted[0]) - (ours.joint_template - ours.joint_template[0])
        normal = directions.T @ directions + JOINT_ERROR**2 * torch.eye(directions.shape[1])
        betas = torch.linalg.solve(normal, directions.T @ bones.flatten())
        return betas, wanted[0] - (ours.joint_template[0] + ours.joint_shape_directions[0] @ betas)

    def read(self, frames: Sequence[int]) -> Capture:
        """Raises: UserError: a damaged picture, pose or camera; a mask with nobody in it."""
        chosen = [self.frames[place] for place in frames]
        moments = [self._moment(frame) for frame in chosen]
        columns = {name: torch.stack([moment[name] for moment in moments]) for name in moments[0]}
        view = torch.eye(4)
        view[:3, :3] = UPRIGHT
        views = view.expand(len(chosen), 4, 4)
        camera = Camera(views, columns.pop("intrinsics"), self.size, self.size)
        face_camera = Camera(views, columns.pop("face_intrinsics"), FACE_SIZE, FACE_SIZE)
        return Capture(
            identity=self.folder.name,
            stage="neuman",
            attributes={"unknown": ["canonical", "radiance", "actions"]},
            camera=camera,
            face_camera=face_camera,
            tracked_camera=camera,
            tracked_face_camera=face_camera,
            betas=self.shape[0],
            tracked_betas=self.shape[0],
            tracked_theta=columns["theta"],
            tracked_translation=columns["translation"],
            actions=torch.full((len(chosen), 52), torch.nan),
            radiance=torch.full((len(chosen), RADIANCE_LIGHTS, 3), torch.nan),
            lamp_direction=torch.full((len(chosen), 3), torch.nan),
            lamp_colour=torch.full((len(chosen), 3), torch.nan),
            cloth=torch.full((len(chosen), CLOTH_RINGS * CLOTH_COLUMNS, 3), torch.nan),
            canonical_16bit=codes_of((), chosen, self.size // 2),
            face_canonical_16bit=codes_of((), chosen, FACE_SIZE // 2),
            **columns,
        )

    def _moment(self, frame: int) -> dict[str, Tensor]:
        """One frame: pictures cut out of the photograph, pose in our world, cameras of both pictures."""
        pose = self._pose(frame)
        image, mask, intrinsics = self._photograph(frame)
        tight = mask_box(mask)
        if not tight.any():
            raise UserError(
                f"expected a person in {self.masks[frame]}, got an empty mask: leave the frame out of the split"
            )
        box = square_box(tight, MARGIN)
        corner, scale = box[:2], self.size / (box[2] - box[0])
        cut = torch.tensor([[1.0, 0.0, -corner[0]], [0.0, 1.0, -corner[1]], [0.0, 0.0, 1 / scale]]) * scale
        view = torch.eye(4)
        view[:3, :3] = UPRIGHT
        head, canonical = self._head(pose)
        taken = shot(Camera(view, cut @ intrinsics, self.size, self.size), head.numpy(), canonical.numpy())
        face_box = torch.from_numpy(taken.face_box)
        both = torch.cat([image, mask])
        body = eight_bit(crop_square(both, box, self.size))
        face = eight_bit(crop_square(both, face_box / scale + corner.repeat(2), FACE_SIZE))
        return {
            **pose,
            **{"image_8bit": body[:3], "mask_8bit": body[3:], "face_8bit": face[:3], "face_mask_8bit": face[3:]},
            **{"intrinsics": taken.camera.intrinsics, "face_intrinsics": taken.face_camera.intrinsics},
            **{"body_box": mask_box(body[3:] / 255), "face_box": face_box},
        }

    def _pose(self, frame: int) -> dict[str, Tensor]:
        """theta, translation and psi in our conventions."""
        path = self.poses[frame]
        values = read_json(path)
        if not isinstance(values, dict) or not POSES.keys() <= values.keys():
            raise UserError(f"expected {', '.join(POSES)} in {path}, got something else: fit the frame again")
        pose = {name: array(path, values[name], size) for name, size in POSES.items()}
        root = matrix_to_axis_angle(UPRIGHT @ axis_angle_to_matrix(pose["root_pose"]))
        hands = torch.cat([pose["lhand_pose"], pose["rhand_pose"]]) + self.body.hand_mean
        betas, off = self.shape
        pelvis = load_body().joint_template[0] + load_body().joint_shape_directions[0] @ betas
        forward = axis_angle_to_matrix(torch.stack([pose["leye_pose"], pose["reye_pose"]]))[..., 2]
        gaze = torch.stack([torch.atan2(forward[:, 0], forward[:, 2]), forward[:, 1].clamp(-1, 1).asin()], -1)
        return {
            "theta": torch.cat([root, pose["body_pose"], hands]),
            "translation": UPRIGHT @ (pelvis + off + pose["trans"]) - pelvis,
            "psi": gaze.flatten(),
        }

    def _head(self, pose: dict[str, Tensor]) -> tuple[Float[Tensor, "points 3"], Float[Tensor, "points 3"]]:
        """Points of the skin above the chin: in the world, and on the mean person."""
        body, betas = load_body(), self.shape[0]
        head = body.template[:, 1] > chin_height()
        joints = body.joint_template + body.joint_shape_directions @ betas
        transforms = joint_transforms(full_pose(pose["theta"]), joints, body.parents, pose["translation"])
        points = body.template[head] + body.shape_directions[head] @ betas
        return skin_points(points, transforms, body.skin_indices[head], body.skin_weights[head]), body.template[head]

    def _photograph(self, frame: int) -> tuple[Float[Tensor, "3 h w"], Float[Tensor, "1 h w"], Float[Tensor, "3 3"]]:
        """Picture, coverage, and the camera of the picture as read (large ones are shrunk)."""
        path = self.pictures[frame]
        image, mask = read_picture(path).image, read_picture(self.masks[frame]).image[:1]
        if image.shape[1:] != mask.shape[1:]:
            raise UserError(
                f"expected a mask as large as {path}, {tuple(image.shape[1:])}, got {tuple(mask.shape[1:])}: segment it again"
            )
        with Image.open(path) as file:
            shrunk = image.shape[2] / file.size[0]
        fx, fy, cx, cy = (shrunk * value for value in lens(self.folder, frame))
        return image, mask, torch.tensor([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def eight_bit(picture: Float[Tensor, "channels h w"]) -> UInt8[Tensor, "channels h w"]:
    """[0, 1] -> 0 to 255, to the nearest."""
    return (picture.clamp(0, 1) * 255).round().to(torch.uint8)


def frames_of(folder: Path, split: str) -> list[int]:
    """Numbers of the frames of a split, as the folder lists them."""
    if split not in SPLITS:
        raise UserError(f"expected a split among {', '.join(SPLITS)}, got {split!r}: choose one of them")
    names = (f"{SPLITS[split]}_split.txt", f"frame_list_{SPLITS[split]}.txt")
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        raise UserError(f"expected {names[0]} or {names[1]} in {folder}, got neither: write a frame's name a line")
    lines = path.read_text().split()
    if not lines or not all(Path(line).stem.isdecimal() for line in lines):
        raise UserError(f"expected a frame such as 00012.png or 12 a line in {path}, got something else or nothing")
    return [int(Path(line).stem) for line in lines]


def numbered(folder: Path) -> dict[int, Path]:
    """The files of a folder whose names are numbers, with or without leading zeros."""
    return {int(path.stem): path for path in folder.glob("*.*") if path.stem.isdecimal()}


def lens(folder: Path, frame: int) -> tuple[float, float, float, float]:
    """Focal lengths and principal point of a frame in pixels: from COLMAP if the folder has it, else of the frame itself."""
    colmap, own = folder / "sparse" / "cameras.txt", folder / "cam_params" / f"{frame}.json"
    if colmap.is_file():
        lines = [line.split() for line in colmap.read_text().splitlines() if line.strip() and not line.startswith("#")]
        if len(lines) != 1 or lines[0][1:2] != ["PINHOLE"] or len(lines[0]) != 8:
            raise UserError(
                f"expected one PINHOLE camera in {colmap}, got something else: undistort the pictures first"
            )
        return tuple(array(colmap, lines[0][4:], 4).tolist())
    values = read_json(own)
    if not isinstance(values, dict) or not {"focal", "princpt"} <= values.keys():
        raise UserError(f"expected focal and princpt in {own}, got something else: make it again")
    return tuple(torch.cat([array(own, values[name], 2) for name in ("focal", "princpt")]).tolist())


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises: UserError: no such file, or no JSON."""
    if not path.is_file():
        raise UserError(f"expected {path}, got no such file: prepare the capture as ExAvatar does")
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise UserError(f"expected JSON in {path}, got a damaged file: copy it again") from error


def array(path: Path, values: Any, size: int | None) -> Float[Tensor, " size"]:
    """Numbers of any nesting as one row. Raises: UserError: they are not numbers, not finite, or not `size` many."""
    try:
        numbers = torch.from_numpy(np.array(values, np.float32).reshape(-1))
    except (ValueError, TypeError) as error:
        raise UserError(f"expected numbers in {path}, got something else: make it again") from error
    if (size is not None and len(numbers) != size) or not numbers.isfinite().all():
        raise UserError(f"expected {size or 'finite'} numbers in {path}, got {len(numbers)} or NaN: make it again")
    return numbers
