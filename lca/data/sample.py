"""A capture as tensors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8, UInt16
from torch import Tensor

from lca.errors import UserError
from lca.formats.captures import FACE_SIZE, canonical_known, canonical_planes
from lca.formats.columns import codes_of, masks, photos
from lca.formats.fields import CAPTURE_COLUMNS, COLUMNS, check
from lca.geometry.camera import Camera


@dataclass(frozen=True)
class Capture:
    """Some frames of one person (axes and units in `lca.geometry`). Pictures stay whole numbers, as they were coded, until they
    are asked for. `tracked_*` is what a tracker would know: noisy in the wild stage, exact in the others. Face crops share the
    place of the camera and have their own intrinsics."""

    identity: str
    stage: str
    attributes: dict[str, Any]
    """What the person looks like, in words and numbers."""
    image_8bit: UInt8[Tensor, "frames 3 size size"]
    """sRGB photo with its background, 255 is 1; `image` in [0, 1]."""
    mask_8bit: UInt8[Tensor, "frames 1 size size"]
    """Share of the pixel that the person covers, 255 is 1; `mask` in [0, 1]."""
    canonical_16bit: UInt16[Tensor, "frames 3 half half"]
    """Where the visible surface point is on the mean-shape person in the T-pose, coded; `canonical` in metres."""
    face_8bit: UInt8[Tensor, "frames 3 face face"]
    face_mask_8bit: UInt8[Tensor, "frames 1 face face"]
    face_canonical_16bit: UInt16[Tensor, "frames 3 half_face half_face"]
    camera: Camera
    face_camera: Camera
    tracked_camera: Camera
    tracked_face_camera: Camera
    betas: Float[Tensor, "100"]
    theta: Float[Tensor, "frames 156"]
    translation: Float[Tensor, "frames 3"]
    actions: Float[Tensor, "frames 52"]
    psi: Float[Tensor, "frames 4"]
    tracked_betas: Float[Tensor, "100"]
    tracked_theta: Float[Tensor, "frames 156"]
    tracked_translation: Float[Tensor, "frames 3"]
    body_box: Float[Tensor, "frames 4"]
    """x0 y0 x1 y1 in pixels of `image`, tight round the mask."""
    face_box: Float[Tensor, "frames 4"]
    """The square of the face crop in pixels of `image`; may reach beyond it."""
    radiance: Float[Tensor, "frames 32 3"]
    """Linear RGB of the environment, without its lamp, in the directions of `lca.geometry.directions.fibonacci_directions`."""
    lamp_direction: Float[Tensor, "frames 3"]
    """Unit vectors to the one distant lamp; zero where there is none."""
    lamp_colour: Float[Tensor, "frames 3"]
    """Linear RGB that the lamp adds to a white matte surface facing it."""
    cloth: Float[Tensor, "frames vertices 3"]
    """The loose garment as simulated, world metres (see `lca.data.circumstances.Cloth`); NaN where there is none."""

    def __post_init__(self):
        """The one door of every sample: shapes, units and ranges. Raises: UserError."""
        frames = len(self)
        views = {"camera_from_world": self.camera, "tracked_camera_from_world": self.tracked_camera}
        values = {name: camera.camera_from_world for name, camera in views.items()}
        values |= {"intrinsics": self.camera.intrinsics, "face_intrinsics": self.face_camera.intrinsics}
        for name in CAPTURE_COLUMNS:
            column = values[name] if name in values else getattr(self, name)
            check(name, column.numpy(), frames, self.identity)
        for name, (channels, of, share) in PICTURE_SHAPES.items():
            shape, side = tuple(getattr(self, name).shape), getattr(self, of).shape[-1] // share
            wanted = (frames, channels, side, side)
            if shape != wanted:
                raise UserError(f"expected {name} of shape {wanted} in the capture of {self.identity}, got {shape}")

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.theta)

    @property
    def image(self) -> Float[Tensor, "frames 3 size size"]:
        """sRGB photo with its background, in [0, 1]."""
        return self.image_8bit / 255

    @property
    def mask(self) -> Float[Tensor, "frames 1 size size"]:
        """Share of the pixel that the person covers."""
        return self.mask_8bit / 255

    @property
    def face(self) -> Float[Tensor, "frames 3 face face"]:
        """sRGB face crop with its background, in [0, 1]."""
        return self.face_8bit / 255

    @property
    def face_mask(self) -> Float[Tensor, "frames 1 face face"]:
        """Share of the crop's pixel that the person covers."""
        return self.face_mask_8bit / 255

    @property
    def canonical(self) -> Float[Tensor, "frames 3 half half"]:
        """Canonical points in metres; 0 outside `canonical_mask`."""
        return torch.from_numpy(canonical_planes(self.canonical_16bit.numpy())[0])

    @property
    def canonical_mask(self) -> Bool[Tensor, "frames 1 half half"]:
        """Where canonical points are known."""
        return torch.from_numpy(canonical_known(self.canonical_16bit.numpy()))

    @property
    def face_canonical(self) -> Float[Tensor, "frames 3 half_face half_face"]:
        """Canonical points of the face crops in metres; 0 outside `face_canonical_mask`."""
        return torch.from_numpy(canonical_planes(self.face_canonical_16bit.numpy())[0])

    @property
    def face_canonical_mask(self) -> Bool[Tensor, "frames 1 half_face half_face"]:
        """Where canonical points of the face crops are known."""
        return torch.from_numpy(canonical_known(self.face_canonical_16bit.numpy()))

    @staticmethod
    def read(row: Mapping[str, Any], frames: Sequence[int] | None = None) -> "Capture":
        """Decode the chosen frames (all by default) of a row of `load_world`.

        Raises:
            UserError: a frame that the row does not have, or a row that is not one of `lca world build`.
        """
        count = len(row["image"])
        chosen = list(range(count)) if frames is None else [int(k) for k in frames]
        if not chosen or min(chosen) < 0 or max(chosen) >= count:
            raise UserError(
                f"expected frames from 0 to {count - 1} of {row['identity']}, got {chosen}: choose among them"
            )
        check_lengths(row, count)
        image, places = photos(row["image"], chosen), np.array(chosen)

        def numbers(name: str) -> Tensor:
            return torch.from_numpy(np.asarray(row[name], np.float32).take(places, 0))

        exact, tracked = numbers("camera_from_world"), numbers("tracked_camera_from_world")
        body, face, size = numbers("intrinsics"), numbers("face_intrinsics"), image.shape[-1]
        return Capture(
            identity=row["identity"],
            stage=row["stage"],
            attributes=attributes_of(row),
            image_8bit=image,
            mask_8bit=masks(row["mask"], chosen),
            canonical_16bit=codes_of(row["canonical"], chosen, image.shape[-1] // 2),
            face_8bit=photos(row["face"], chosen),
            face_mask_8bit=masks(row["face_mask"], chosen),
            face_canonical_16bit=codes_of(row["face_canonical"], chosen, FACE_SIZE // 2),
            camera=Camera(exact, body, size, size),
            face_camera=Camera(exact, face, FACE_SIZE, FACE_SIZE),
            tracked_camera=Camera(tracked, body, size, size),
            tracked_face_camera=Camera(tracked, face, FACE_SIZE, FACE_SIZE),
            betas=torch.from_numpy(np.array(row["betas"], np.float32)),
            tracked_betas=torch.from_numpy(np.array(row["tracked_betas"], np.float32)),
            cloth=cloth_of(row, chosen),
            **{name: numbers(name) for name in PER_FRAME},
        )


def cloth_of(row: Mapping[str, Any], frames: Sequence[int]) -> Float[Tensor, "frames vertices 3"]:
    """A row's simulated garment, NaN where there is none. Raises: UserError: numbers out of range."""
    if len(row["cloth_simulated"]) == 0:
        return torch.full((len(frames), *COLUMNS["cloth_simulated"].shape), torch.nan)
    values = np.asarray(row["cloth_simulated"], np.float32)[list(frames)]
    check("cloth_simulated", values, len(frames), row["identity"])
    return torch.from_numpy(values)


def check_lengths(row: Mapping[str, Any], frames: int) -> None:
    """Raises: UserError: a column of something else than `frames` frames; maps of canonical points may be left out."""
    for name in (*PER_FRAME, *VIEWS, *FILES):
        found = len(row[name])
        if found != frames and (found or name not in LEFT_OUT):
            raise UserError(
                f"expected {frames} frames of {name} in the capture of {row['identity']}, got {found}: build it again"
            )


def attributes_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the person looks like. Raises: UserError: it is not written as JSON."""
    try:
        return dict(json.loads(row["attributes"]))
    except (ValueError, TypeError, RecursionError) as error:
        raise UserError(
            f"expected attributes of {row['identity']} in JSON, got something else: build it again"
        ) from error


PER_FRAME = (
    *("theta", "translation", "actions", "psi"),
    *("tracked_theta", "tracked_translation", "body_box", "face_box"),
    *("radiance", "lamp_direction", "lamp_colour"),
)
"""Columns of numbers that a capture keeps under their own names."""

VIEWS = ("camera_from_world", "tracked_camera_from_world", "intrinsics", "face_intrinsics")
FILES = ("image", "mask", "canonical", "face", "face_mask", "face_canonical")
LEFT_OUT = ("canonical", "face_canonical")

PICTURE_SHAPES = {
    **{"image_8bit": (3, "image_8bit", 1), "mask_8bit": (1, "image_8bit", 1)},
    "canonical_16bit": (3, "image_8bit", 2),
    **{"face_8bit": (3, "face_8bit", 1), "face_mask_8bit": (1, "face_8bit", 1)},
    "face_canonical_16bit": (3, "face_8bit", 2),
}
"""Field -> channels, and the square picture whose side it has, or half of it."""


def capture_frames(row: Mapping[str, Any]) -> Capture:
    """All frames of a row."""
    return Capture.read(row)
