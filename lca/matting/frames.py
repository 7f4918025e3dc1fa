"""Training pictures for the matting network: frames of the world, thrown about, recoloured, put on other
backgrounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from einops import rearrange, repeat
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from lca.formats.columns import masks, photos

GREY = 0.5


@dataclass(frozen=True)
class Frames:
    """Square pictures in memory; boxes in [0, 1] of the side, NaN where the head is not to be sought."""

    image: UInt8[Tensor, "frames 3 size size"]
    mask: UInt8[Tensor, "frames 1 size size"]
    head_box: Float[Tensor, "frames 4"]

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.image)

    def __add__(self, other: "Frames") -> "Frames":
        """Both, one after the other."""
        pairs = zip((self.image, self.mask, self.head_box), (other.image, other.mask, other.head_box), strict=True)
        return Frames(*(torch.cat(pair) for pair in pairs))


@dataclass(frozen=True)
class MattingBatch:
    """What one step sees, sRGB in [0, 1]; `has_head` says whether the head's box counts, `has_person` likewise."""

    image: Float[Tensor, "batch 3 size size"]
    mask: Float[Tensor, "batch 1 size size"]
    head_box: Float[Tensor, "batch 4"]
    has_head: Bool[Tensor, " batch"]
    has_person: Bool[Tensor, " batch"]


def gather_frames(rows: Iterable[Mapping[str, Any]], size: int = 256) -> Frames:
    """The frames of a world dataset's rows (see `lca.data.datasets.load_world`), whole."""
    images, boxes = [], []
    for row in rows:
        chosen = range(len(row["image"]))
        picture = torch.cat([photos(row["image"], chosen), masks(row["mask"], chosen)], 1)
        images.append(_resized(picture, size))
        boxes.append(torch.tensor(row["face_box"], dtype=torch.float32) / picture.shape[-1])
    pixels = torch.cat(images)
    return Frames(pixels[:, :3].contiguous(), pixels[:, 3:].contiguous(), torch.cat(boxes))


def gather_portraits(rows: Iterable[Mapping[str, Any]], size: int = 256, every: int = 4) -> Frames:
    """Every fourth face crop, enlarged: pictures that the head fills."""
    images = []
    for row in rows:
        chosen = range(0, len(row["face"]), every)
        images.append(_resized(torch.cat([photos(row["face"], chosen), masks(row["face_mask"], chosen)], 1), size))
    pixels = torch.cat(images)
    whole = torch.tensor([0.0, 0.0, 1.0, 1.0]).expand(len(pixels), 4)
    return Frames(pixels[:, :3].contiguous(), pixels[:, 3:].contiguous(), whole)


def make_batch(
    frames: Frames,
    backgrounds: UInt8[Tensor, "backgrounds 3 size size"],
    count: int,
    side: int,
    generator: torch.Generator,
) -> MattingBatch:
    """Draw `count` augmented samples of `side` pixels; one in eight shows a background only."""
    index = torch.randint(len(frames), (count,), generator=generator)
    image, mask, head_box, inside = place(
        _shrunk(frames.image[index], side), _shrunk(frames.mask[index], side), frames.head_box[index], generator
    )
    background = other_background(backgrounds, count, side, generator)
    has_person = torch.rand(count, generator=generator) > 0.125
    replaced = (torch.rand(count, generator=generator) < 0.5) | ~has_person
    mask = mask * _lift(has_person)
    composited = image * mask + background * (1 - mask)
    image = torch.where(_lift(replaced).bool(), composited, image * inside + GREY * (1 - inside))
    bars = letterbox_bars(count, side, generator)
    image, mask = recolour(image, generator) * bars + GREY * (1 - bars), mask * bars
    centre = (head_box[:, :2] + head_box[:, 2:]) / 2
    has_person = has_person & (mask.mean((1, 2, 3)) > 0.005)
    has_head = has_person & ((centre > 0.0) & (centre < 1.0)).all(-1)
    return MattingBatch(image.clamp(0, 1), mask, torch.nan_to_num(head_box), has_head, has_person)


def place(
    image: Float[Tensor, "batch 3 size size"],
    mask: Float[Tensor, "batch 1 size size"],
    head_box: Float[Tensor, "batch 4"],
    generator: torch.Generator,
) -> tuple[
    Float[Tensor, "batch 3 size size"],
    Float[Tensor, "batch 1 size size"],
    Float[Tensor, "batch 4"],
    Float[Tensor, "batch 1 size size"],
]:
    """Scale, squeeze, shift and mirror at random; the last result marks where the picture was."""
    count = len(image)
    zoom = torch.exp(_uniform(count, -0.7, 0.35, generator))
    zoom = torch.where(torch.rand(count, generator=generator) < 0.15, zoom * 2.2, zoom)
    squeeze = torch.exp(_uniform(count, -0.12, 0.12, generator))
    scale = torch.stack([zoom * squeeze, zoom / squeeze], -1)
    reach = (scale - 1).abs() * 0.8 + 0.1
    shift = (torch.rand(count, 2, generator=generator) * 2 - 1) * reach
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    signed = scale * torch.stack([mirror, torch.ones(count)], -1)
    # a point p in [-1, 1] of the source lands on signed * p + shift; grid_sample wants the inverse
    matrix = torch.cat([torch.diag_embed(1 / signed), (-shift / signed)[..., None]], -1)
    grid = F.affine_grid(matrix, list(image.shape), align_corners=False)
    stacked = torch.cat([image, mask, torch.ones_like(mask)], 1)
    moved = F.grid_sample(stacked, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    corners = rearrange(head_box * 2 - 1, "b (corner xy) -> b corner xy", xy=2) * signed[:, None] + shift[:, None]
    corners = (torch.stack([corners.amin(1), corners.amax(1)], 1) + 1) / 2
    return moved[:, :3], moved[:, 3:4], rearrange(corners, "b corner xy -> b (corner xy)"), moved[:, 4:]


def other_background(
    backgrounds: UInt8[Tensor, "backgrounds 3 size size"], count: int, size: int, generator: torch.Generator
) -> Float[Tensor, "count 3 {size} {size}"]:
    """A drawn background, plain or smooth colour, or clutter, one a sample."""
    drawn = _shrunk(backgrounds[torch.randint(len(backgrounds), (count,), generator=generator)], size)
    flat = torch.rand(count, generator=generator) < 0.35
    result = torch.where(_lift(flat).bool(), smooth_colour(count, size, generator), drawn)
    result[: count // 4] = clutter(count // 4, size, generator)  # the samples come in random order
    return result


def smooth_colour(count: int, size: int, generator: torch.Generator) -> Float[Tensor, "count 3 size size"]:
    """A plain colour, half of the time with a soft gradient of light."""
    colour = torch.rand(count, 3, 1, 1, generator=generator)
    colour = torch.where(torch.rand(count, 1, 1, 1, generator=generator) < 0.3, colour.mean(1, keepdim=True), colour)
    light = (
        torch.randn(count, 1, 3, 3, generator=generator)
        * 0.12
        * torch.randint(2, (count, 1, 1, 1), generator=generator)
    )
    return (colour + F.interpolate(light, size=(size, size), mode="bilinear")).clamp(0, 1)


def clutter(count: int, size: int, generator: torch.Generator) -> Float[Tensor, "count 3 size size"]:
    """Rotated boxes and ellipses of random colours over noise of several scales: things that are no person."""
    picture = smooth_colour(count, size, generator)
    for cells in (8, 32):
        noise = (
            torch.randn(count, 3, cells, cells, generator=generator)
            * _uniform(count, 0.0, 0.15, generator)[:, None, None, None]
        )
        picture = picture + F.interpolate(noise, size=(size, size), mode="bilinear")
    line = torch.linspace(0, 1, size)
    y, x = torch.meshgrid(line, line, indexing="ij")
    for _ in range(6):
        centre_x, centre_y, angle = (_lift(torch.rand(count, generator=generator)) for _ in range(3))
        radius = _lift(torch.exp(_uniform(count, -3.2, -0.9, generator)))
        ratio = _lift(torch.exp(_uniform(count, 0.0, 1.5, generator)))
        cos, sin = torch.cos(angle * torch.pi), torch.sin(angle * torch.pi)
        u = ((x - centre_x) * cos + (y - centre_y) * sin) / radius
        v = ((y - centre_y) * cos - (x - centre_x) * sin) / (radius * ratio)
        round_one = _lift(torch.rand(count, generator=generator) < 0.5).bool()
        hit = torch.where(round_one, u * u + v * v, torch.maximum(u.abs(), v.abs())) < 1
        picture = torch.where(hit, torch.rand(count, 3, 1, 1, generator=generator) + 0.1 * u, picture)
    return picture.clamp(0, 1)


def letterbox_bars(count: int, size: int, generator: torch.Generator) -> Float[Tensor, "count 1 size size"]:
    """0 in the bars that a portrait (sometimes a landscape) photo gets in a square, 1 in the photo."""
    aspect = torch.where(
        torch.rand(count, generator=generator) < 0.5, _uniform(count, 0.5, 1.0, generator), torch.ones(count)
    )
    line = ((torch.arange(size) + 0.5) / size * 2 - 1).abs()
    bars = repeat((line < aspect[:, None]).float(), "b w -> b 1 h w", h=size)
    lying = _lift(torch.rand(count, generator=generator) < 0.2).bool()
    return torch.where(lying, bars.mT, bars)


def recolour(
    image: Float[Tensor, "batch 3 size size"], generator: torch.Generator
) -> Float[Tensor, "batch 3 size size"]:
    """Random exposure, contrast, gamma, white balance, saturation, softness and noise."""
    count = len(image)
    image = image.clamp(0, 1) ** _lift(torch.exp(_uniform(count, -0.4, 0.4, generator)))
    gain = torch.exp(torch.randn(count, 3, 1, 1, generator=generator) * 0.08) * _lift(
        _uniform(count, 0.75, 1.25, generator)
    )
    image = (image - 0.5) * gain + 0.5 + _lift(_uniform(count, -0.1, 0.1, generator))
    grey = image.mean(1, keepdim=True)
    saturation = torch.where(torch.rand(count, generator=generator) < 0.06, 0.0, _uniform(count, 0.6, 1.3, generator))
    image = grey + (image - grey) * _lift(saturation)
    soft = F.interpolate(F.avg_pool2d(image, 2), scale_factor=2.0, mode="bilinear")
    image = torch.lerp(image, soft, _lift((_uniform(count, -1.0, 1.0, generator)).clamp(min=0)))
    noise = torch.randn(image.shape, generator=generator) * _lift(_uniform(count, -0.03, 0.05, generator).clamp(min=0))
    return (image + noise).clamp(0, 1)


def _shrunk(
    pixels: UInt8[Tensor, "batch channels size size"], side: int
) -> Float[Tensor, "batch channels {side} {side}"]:
    """Bytes -> [0, 1], at another resolution."""
    pixels = pixels.float() / 255
    return pixels if pixels.shape[-1] == side else F.interpolate(pixels, size=(side, side), mode="area")


def _resized(pictures: UInt8[Tensor, "frames 4 _ _"], size: int) -> UInt8[Tensor, "frames 4 {size} {size}"]:
    """The same pictures of `size` pixels a side."""
    if pictures.shape[-1] == size:
        return pictures
    return F.interpolate(pictures, size=(size, size), mode="bilinear", antialias=True)


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Float[Tensor, " count"]:
    return torch.rand(count, generator=generator) * (high - low) + low


def _lift(per_sample: Tensor) -> Tensor:
    """(batch,) -> (batch, 1, 1, 1) float, to scale pictures with."""
    return per_sample.float()[:, None, None, None]
