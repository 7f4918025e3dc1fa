"""From captures to training batches: which frames are photos, which are targets, and how they are cut.

The choice is a function of (seed, index) alone, so the same index gives the same example on any machine and after any
restart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.data.sample import Capture
from lca.formats.photos import BODY_MARGIN, BODY_SIZE, GREY, Photos, square_box
from lca.formats.squares import cut_squares
from lca.geometry.camera import Camera
from lca.geometry.illumination import Illumination, environment


@dataclass(frozen=True)
class Targets:
    """Frames to be reconstructed: pictures with masks, cameras and drives; axes and units as in `lca.geometry`."""

    image: Float[Tensor, "*batch frames 3 size size"]
    mask: Float[Tensor, "*batch frames 1 size size"]
    face: Float[Tensor, "*batch frames 3 face_size face_size"]
    face_mask: Float[Tensor, "*batch frames 1 face_size face_size"]
    camera_from_world: Float[Tensor, "*batch frames 4 4"]
    intrinsics: Float[Tensor, "*batch frames 3 3"]
    face_intrinsics: Float[Tensor, "*batch frames 3 3"]
    theta: Float[Tensor, "*batch frames 156"]
    translation: Float[Tensor, "*batch frames 3"]
    psi: Float[Tensor, "*batch frames 4"]
    actions: Float[Tensor, "*batch frames 52"]
    radiance: Float[Tensor, "*batch frames 32 3"]
    lamp_direction: Float[Tensor, "*batch frames 3"]
    lamp_colour: Float[Tensor, "*batch frames 3"]
    cloth: Float[Tensor, "*batch frames vertices 3"]

    def __getitem__(self, frames: Sequence[int]) -> "Targets":
        """Some frames of one person."""
        return _map(self, lambda x: x[frames])

    def cameras(self) -> tuple[Camera, Camera]:
        """(body cameras, face cameras), all frames of the batch in one row."""
        views = self.camera_from_world.flatten(0, -3)
        size, face = self.image.shape[-1], self.face.shape[-1]
        return (
            Camera(views, self.intrinsics.flatten(0, -3), size, size),
            Camera(views, self.face_intrinsics.flatten(0, -3), face, face),
        )

    def light(self) -> Illumination:
        """What shines in each frame, all frames of the batch in one row; NaN where that is unknown."""
        return environment(
            self.radiance.flatten(0, -3), self.lamp_direction.flatten(0, -2), self.lamp_colour.flatten(0, -2)
        )


@dataclass(frozen=True)
class PhotoBodies:
    """What is true of the bodies in the photos: shape, pose, and the turn from the world to the camera, whose z points away."""

    betas: Float[Tensor, "*batch shape"]
    theta: Float[Tensor, "*batch photos 156"]
    camera_from_world: Float[Tensor, "*batch photos 3 3"]


@dataclass(frozen=True)
class Batch:
    """One example, or several stacked: photos of a person, the canonical points that they show, body shape, targets.

    `body_canonical` and `face_canonical` are (metres, 1 where valid) at half the photos' size, all photos in one row;
    `code_faces` are the targets' face crops as the face-code encoder sees them.
    """

    photos: Photos
    body_canonical: tuple[Tensor, Tensor]
    face_canonical: tuple[Tensor, Tensor]
    betas: Float[Tensor, "*batch shape"]
    targets: Targets
    code_faces: Float[Tensor, "*batch frames 3 face_size face_size"]
    bodies: PhotoBodies

    def to(self, device: torch.device | str, **_: object) -> "Batch":
        """Move every tensor to `device`."""
        return _map(self, lambda x: x.to(device))


def _map(value: Any, function: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, tuple):
        return tuple(_map(item, function) for item in value)
    return type(value)(*(_map(getattr(value, f.name), function) for f in fields(value)))


def stack(examples: list[Batch]) -> Batch:
    """Collate: examples gain a batch axis; the canonical maps, which have none, are joined."""

    def join(values: list, joiner: Callable[[list[Tensor]], Tensor]) -> Any:
        first = values[0]
        if isinstance(first, Tensor):
            return joiner(values)
        if isinstance(first, tuple):
            return tuple(join(list(column), torch.cat) for column in zip(*values, strict=True))
        return type(first)(*(join([getattr(v, f.name) for v in values], joiner) for f in fields(first)))

    return join(examples, torch.stack)


def choose_frames(
    rng: np.random.Generator, frames: int, photos: int, targets: int, takeable: Sequence[int] | None = None
) -> tuple[list[int], list[int]]:
    """Distinct frames for photos and targets, in random order; photos among those that are `takeable` (all by default)."""
    order = rng.permutation(frames).tolist()
    shown = [frame for frame in order if takeable is None or frame in takeable][:photos]
    return shown, [frame for frame in order if frame not in shown][:targets]


def make_example(shown: Capture, wanted: Capture, rng: np.random.Generator, exact: bool = False) -> Batch:
    """The frames of `shown` become photos, those of `wanted` targets.

    `exact` takes true poses, shapes and cameras instead of tracked ones, and cuts photos and codes without
    augmentation.
    """
    body, body_canonical = _body_photos(shown, rng, 0.0 if exact else 0.04)
    face, face_mask = wanted.face, wanted.face_mask
    face_over_grey = over_grey(face, face_mask)
    return Batch(
        photos=body,
        body_canonical=body_canonical,
        face_canonical=(shown.face_canonical, shown.face_canonical_mask.float()),
        betas=wanted.betas if exact else wanted.tracked_betas,
        targets=Targets(
            image=wanted.image,
            mask=wanted.mask,
            face=face,
            face_mask=face_mask,
            camera_from_world=(wanted.camera if exact else wanted.tracked_camera).camera_from_world,
            intrinsics=wanted.camera.intrinsics,
            face_intrinsics=wanted.face_camera.intrinsics,
            theta=wanted.theta if exact else wanted.tracked_theta,
            translation=wanted.translation if exact else wanted.tracked_translation,
            psi=wanted.psi,
            actions=wanted.actions,
            radiance=wanted.radiance,
            lamp_direction=wanted.lamp_direction,
            lamp_colour=wanted.lamp_colour,
            cloth=wanted.cloth,
        ),
        code_faces=face_over_grey if exact else _recolour(face_over_grey, rng),
        bodies=PhotoBodies(shown.betas, shown.theta, shown.camera.camera_from_world[:, :3, :3]),
    )


def _body_photos(shown: Capture, rng: np.random.Generator, jitter: float) -> tuple[Photos, tuple[Tensor, Tensor]]:
    boxes = square_box(shown.body_box, BODY_MARGIN)
    side = boxes[:, 2:3] - boxes[:, :1]
    shift, grow = (torch.from_numpy(rng.normal(0.0, jitter, (len(boxes), n))).float() for n in (2, 1))
    boxes = boxes + side * torch.cat([shift - grow.abs(), shift + grow.abs()], -1)
    image, mask = cut_squares(shown.image_8bit.numpy(), shown.mask_8bit.numpy(), boxes.numpy(), BODY_SIZE, GREY)
    face_mask = shown.face_mask
    photos = Photos(
        body=torch.from_numpy(image),
        body_mask=torch.from_numpy(mask),
        face=over_grey(shown.face, face_mask),
        face_mask=face_mask,
    )
    scale = shown.canonical_16bit.shape[-1] / shown.image_8bit.shape[-1]
    maps = crop_nearest(torch.cat([shown.canonical, shown.canonical_mask.float()], 1), boxes * scale, BODY_SIZE // 2)
    return photos, (maps[:, :3], maps[:, 3:])


def over_grey(image: Tensor, mask: Tensor) -> Tensor:
    """The masked foreground over mid grey, as the model sees pictures."""
    return image * mask + GREY * (1.0 - mask)


def crop_nearest(maps: Tensor, box: Float[Tensor, "images 4"], size: int) -> Tensor:
    """Cut square boxes out of maps that must not be blended (canonical points); zero outside."""
    steps = (torch.arange(size) + 0.5) / size
    x = box[:, :1] + (box[:, 2:3] - box[:, :1]) * steps
    y = box[:, 1:2] + (box[:, 3:4] - box[:, 1:2]) * steps
    height, width = maps.shape[-2:]
    across = (2 * x / width - 1)[:, None, :].expand(-1, size, -1)
    down = (2 * y / height - 1)[:, :, None].expand(-1, -1, size)
    grid = torch.stack([across, down], -1)
    return F.grid_sample(maps, grid, mode="nearest", align_corners=False)


def _recolour(faces: Tensor, rng: np.random.Generator) -> Tensor:
    """Change brightness and tint, so that the face code cannot carry colours."""
    gain = torch.from_numpy(rng.uniform(0.75, 1.3, (len(faces), 3, 1, 1))).float()
    return (faces * gain).clamp(0.0, 1.0)
