"""A capture as tensors."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.formats.captures import FACE_SIZE, canonical_points, decoded, depth_metres, unit_normals
from lca.geometry.camera import Camera


@dataclass(frozen=True)
class Capture:
    """Some frames of one person (axes and units in `lca.geometry`). `tracked_*` is what a tracker would know: noisy in the wild
    stage, exact in the others. Face crops share the place of the camera and have their own intrinsics."""

    identity: str
    stage: str
    attributes: dict[str, Any]
    """What the person looks like, in words and numbers."""
    scene: dict[str, Any]
    """What it does and how it was taken, in words and numbers."""
    exact: tuple[str, ...]
    """Columns of the row that are exact truth; the other ones are a tracker's estimates."""
    image: Float[Tensor, "frames 3 size size"]
    """sRGB photo with its background."""
    mask: Float[Tensor, "frames 1 size size"]
    """Share of the pixel that the person covers."""
    canonical: Float[Tensor, "frames 3 half half"]
    """Where the visible surface point is on the mean-shape person in the T-pose, metres; 0 outside `canonical_mask`."""
    canonical_mask: Bool[Tensor, "frames 1 half half"]
    face: Float[Tensor, "frames 3 face face"]
    face_mask: Float[Tensor, "frames 1 face face"]
    face_canonical: Float[Tensor, "frames 3 half_face half_face"]
    face_canonical_mask: Bool[Tensor, "frames 1 half_face half_face"]
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
    """Linear RGB of the environment, without its lamp, in the directions of `lca.world.light.fibonacci_directions`."""
    lamp_direction: Float[Tensor, "frames 3"]
    """Unit vectors to the one distant lamp; zero where there is none."""
    lamp_colour: Float[Tensor, "frames 3"]
    """Linear RGB that the lamp adds to a white matte surface facing it."""
    time: Float[Tensor, "frames"]
    """Seconds since the capture began."""
    camera_index: Int[Tensor, "frames"]
    """Which camera of the stage."""
    tracked_confidence: Float[Tensor, "frames"]
    """What the tracker thinks of itself, 0 lost to 1 sure."""
    depth: Float[Tensor, "frames 1 half half"] | None
    """Metres along the camera's axis, 0 outside `canonical_mask`; None where the stage does not promise it."""
    normals: Float[Tensor, "frames 3 half half"] | None
    """Unit normals in world axes, 0 outside `canonical_mask`; None where the stage does not promise them."""

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.theta)

    @staticmethod
    def read(row: Mapping[str, Any], frames: Sequence[int] | None = None) -> "Capture":
        """Decode the chosen frames (all by default) of a row of `load_world`.

        Raises:
            UserError: a frame that the row does not have.
        """
        count = len(row["image"])
        chosen = list(range(count)) if frames is None else [int(k) for k in frames]
        if not chosen or min(chosen) < 0 or max(chosen) >= count:
            raise UserError(
                f"expected frames from 0 to {count - 1} of {row['identity']}, got {chosen}: choose among them"
            )
        image = photos(row["image"], chosen)
        canonical, canonical_mask = canonical_maps(row["canonical"], chosen)
        face_canonical, face_canonical_mask = canonical_maps(row["face_canonical"], chosen)

        def numbers(name: str) -> Tensor:
            return torch.from_numpy(np.asarray(row[name], np.float32)[chosen])

        exact, tracked = numbers("camera_from_world"), numbers("tracked_camera_from_world")
        body, face, size = numbers("intrinsics"), numbers("face_intrinsics"), image.shape[-1]
        return Capture(
            identity=row["identity"],
            stage=row["stage"],
            attributes=json.loads(row["attributes"]),
            scene=json.loads(row["scene"]),
            exact=tuple(json.loads(row["exact"])),
            image=image,
            mask=masks(row["mask"], chosen),
            canonical=canonical,
            canonical_mask=canonical_mask,
            face=photos(row["face"], chosen),
            face_mask=masks(row["face_mask"], chosen),
            face_canonical=face_canonical,
            face_canonical_mask=face_canonical_mask,
            camera=Camera(exact, body, size, size),
            face_camera=Camera(exact, face, FACE_SIZE, FACE_SIZE),
            tracked_camera=Camera(tracked, body, size, size),
            tracked_face_camera=Camera(tracked, face, FACE_SIZE, FACE_SIZE),
            betas=torch.tensor(row["betas"], dtype=torch.float32),
            tracked_betas=torch.tensor(row["tracked_betas"], dtype=torch.float32),
            camera_index=torch.tensor([row["camera_index"][k] for k in chosen]),
            depth=maps(row["depth"], chosen, depth_metres),
            normals=maps(row["normals"], chosen, unit_normals),
            **{name: numbers(name) for name in PER_FRAME},
        )


PER_FRAME = (
    *("theta", "translation", "actions", "psi"),
    *("tracked_theta", "tracked_translation", "tracked_confidence", "body_box", "face_box"),
    *("radiance", "lamp_direction", "lamp_colour", "time"),
)
"""Columns of numbers that a capture keeps under their own names."""


def coded(picture: Any) -> bytes:
    """The bytes of a picture left coded."""
    if not isinstance(picture, Mapping) or not picture.get("bytes"):
        raise UserError(f"expected a coded picture, got {type(picture).__name__}: read rows through `load_world`")
    return picture["bytes"]


def photos(column: Sequence[Any], chosen: Sequence[int]) -> Float[Tensor, "frames 3 height width"]:
    """JPEG files -> sRGB in [0, 1]."""
    pixels = np.stack([decoded(coded(column[k])) for k in chosen])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)


def masks(column: Sequence[Any], chosen: Sequence[int]) -> Float[Tensor, "frames 1 height width"]:
    """PNG files -> coverage in [0, 1]."""
    return torch.from_numpy(np.stack([decoded(coded(column[k])) for k in chosen]))[:, None].float().div_(255)


def canonical_maps(
    column: Sequence[Any], chosen: Sequence[int]
) -> tuple[Float[Tensor, "frames 3 height width"], Bool[Tensor, "frames 1 height width"]]:
    """16-bit PNG files -> canonical points in metres (0 where there are none) and where there are any."""
    points = torch.from_numpy(np.stack([canonical_points(decoded(coded(column[k]))) for k in chosen])).permute(
        0, 3, 1, 2
    )
    return points.nan_to_num(0.0).contiguous(), ~points[:, :1].isnan()


def maps(
    column: Sequence[Any], chosen: Sequence[int], decode: Callable[[ndarray], ndarray]
) -> Float[Tensor, "frames channels height width"] | None:
    """Other PNG files -> numbers; None where the capture has none."""
    if not len(column):
        return None
    values = np.stack([decode(decoded(coded(column[k]))) for k in chosen])
    return torch.from_numpy(values.reshape(*values.shape[:3], -1)).permute(0, 3, 1, 2).contiguous()


def capture_frames(row: Mapping[str, Any]) -> Capture:
    """All frames of a row."""
    return Capture.read(row)
