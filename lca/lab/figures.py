"""Pictures for notebooks: rows of images with captions, features and points as colours. Everything returns a PIL image."""

from collections.abc import Sequence
from pathlib import Path

import torch
from einops import rearrange, repeat
from jaxtyping import Float
from PIL import Image, ImageChops, ImageDraw, ImageFont
from torch import Tensor

from lca.formats.atomic import writing
from lca.formats.video import to_bytes
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import render

PAPER = (255, 255, 255)
INK = (60, 60, 60)
GAP = 6
CAPTION = 18
PAGE = 900
"""Pixels of a notebook's page: wider sheets are shown shrunk to it, so their captions are written larger."""


def to_image(image: Float[Tensor, "channels height width"]) -> Image.Image:
    """A tensor in [0, 1] (three channels, or one: grey) as a picture."""
    return Image.fromarray(to_bytes(image.expand(3, -1, -1)))


def row(
    images: Sequence[Image.Image | Tensor], captions: Sequence[str] = (), height: int = 256, background: tuple = PAPER
) -> Image.Image:
    """Pictures side by side at one height, each with its caption below; fewer captions than pictures are padded."""
    pictures = [_at_height(to_image(i) if isinstance(i, Tensor) else i, height) for i in images]
    width = sum(p.width for p in pictures) + GAP * (len(pictures) - 1)
    larger = max(1.0, width / PAGE)
    below = round(CAPTION * larger) if any(captions) else 0
    sheet = Image.new("RGB", (width, height + below), background)
    pen, left = ImageDraw.Draw(sheet), 0
    for index, picture in enumerate(pictures):
        sheet.paste(picture, (left, 0))
        if index < len(captions):
            place = (left + picture.width // 2, height + below // 2)
            pen.text(place, captions[index], fill=INK, anchor="mm", font=ImageFont.load_default(12 * larger))
        left += picture.width + GAP
    return sheet


def column(images: Sequence[Image.Image]) -> Image.Image:
    """Pictures below each other, flush left."""
    sheet = Image.new("RGB", (max(i.width for i in images), sum(i.height + GAP for i in images) - GAP), PAPER)
    top = 0
    for image in images:
        sheet.paste(image, (0, top))
        top += image.height + GAP
    return sheet


def _at_height(image: Image.Image, height: int) -> Image.Image:
    """Resize with the aspect kept; enlarged pictures keep their pixels visible."""
    size = (round(image.width * height / image.height), height)
    return image.resize(size, Image.Resampling.NEAREST if height > image.height else Image.Resampling.LANCZOS)


def pca_colors(
    features: Float[Tensor, "*rows channels"], weights: Float[Tensor, "*rows"] | None = None
) -> Float[Tensor, "*rows 3"]:
    """The first three principal components as red, green and blue; each spans its 2nd to 98th percentile.

    Rows with weight 0 do not count in the analysis but are coloured too.
    """
    flat = features.flatten(0, -2).float()
    kept = flat if weights is None else flat[weights.flatten() > 0]
    centre = kept.mean(0)
    axes = torch.linalg.eigh((kept - centre).T @ (kept - centre))[1][:, -3:].flip(-1)
    axes = axes * torch.where(axes.sum(0) < 0, -1.0, 1.0)  # eigenvectors have no sign of their own
    inside = (kept - centre) @ axes
    low, high = inside.quantile(0.02, dim=0), inside.quantile(0.98, dim=0)
    colors = ((flat - centre) @ axes - low) / (high - low).clamp(min=1e-6)
    return colors.clamp(0, 1).reshape(*features.shape[:-1], 3)


def token_pictures(
    tokens: Float[Tensor, "images tokens channels"], foreground: Float[Tensor, "images tokens"], size: int = 256
) -> list[Image.Image]:
    """Square grids of image tokens coloured by the PCA of all of them; background tokens are grey."""
    shown = foreground[..., None] > 0
    colors = torch.where(shown, pca_colors(tokens, foreground), torch.tensor(0.9))
    side = round(tokens.shape[1] ** 0.5)
    grids = rearrange(colors, "i (rows columns) c -> i c rows columns", rows=side)
    return [to_image(g).resize((size, size), Image.Resampling.NEAREST) for g in grids]


def position_colors(
    positions: Float[Tensor, "*rows 3"], reference: Float[Tensor, "points 3"]
) -> Float[Tensor, "*rows 3"]:
    """Canonical positions as colours: x, y, z across the extent of `reference` become red, green, blue."""
    low, high = reference.amin(0), reference.amax(0)
    return ((positions - low) / (high - low)).clamp(0, 1)


def dots(
    points: Float[Tensor, "points 3"], colors: Float[Tensor, "points 3"], camera: Camera, radius: float = 0.008
) -> Image.Image:
    """Points as small round opaque Gaussians (radius in metres) on white."""
    count = len(points)
    upright = repeat(torch.tensor([1.0, 0.0, 0.0, 0.0]), "q -> n q", n=count)
    balls = Gaussians(points, upright, torch.full((count, 3), radius), torch.full((count,), 0.999), colors)
    return view(balls, camera)


def view(gaussians: Gaussians, camera: Camera, background: float = 1.0) -> Image.Image:
    """Gaussians from one camera over a grey level (1 is white)."""
    return to_image(render(gaussians, camera, torch.full((3,), background)).image)


def flakes(gaussians: Gaussians, shrink: float = 0.35) -> Gaussians:
    """The same Gaussians smaller and opaque, so that each can be seen by itself."""
    solid = torch.full_like(gaussians.opacities, 0.95)
    return Gaussians(gaussians.means, gaussians.quats_wxyz, gaussians.scales * shrink, solid, gaussians.colors)


def difference(left: Image.Image, right: Image.Image, gain: float = 4.0) -> Image.Image:
    """Where two pictures differ: white where equal, dark where `gain` times the largest channel's difference reaches 1."""
    red, green, blue = ImageChops.difference(left, right).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return largest.point([max(0, 255 - round(gain * level)) for level in range(256)]).convert("RGB")


def framed(image: Image.Image, box: Sequence[float], color: tuple[int, int, int] = (230, 70, 40)) -> Image.Image:
    """A copy with a rectangle x0 y0 x1 y1 (pixels) drawn on it."""
    copy = image.copy()
    x0, y0, x1, y1 = (float(edge) for edge in box)
    corners = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))  # a network's guess may be the wrong way round
    ImageDraw.Draw(copy).rectangle(corners, outline=color, width=max(2, image.height // 150))
    return copy


def close_up(
    image: Float[Tensor, "channels height width"], mask: Float[Tensor, "1 height width"], margin: float = 0.15
) -> Image.Image:
    """The square of the picture that holds what the mask shows, with some of what is round it; all of it if the mask is empty."""
    height, width = mask.shape[-2:]
    rows, columns = (mask[0] > 0.5).nonzero(as_tuple=True)
    if not len(rows):
        return to_image(image)
    extent = int(max(rows.max() - rows.min(), columns.max() - columns.min())) + 1
    side = min(round((1 + margin) * extent), height, width)
    left, top = (int(places.min() + places.max() + 1 - side) // 2 for places in (columns, rows))
    left, top = min(max(left, 0), width - side), min(max(top, 0), height - side)
    return to_image(image).crop((left, top, left + side, top + side))


def close_ups(
    images: Float[Tensor, "frames channels height width"],
    masks: Float[Tensor, "frames 1 height width"],
    height: int,
    caption: str = "",
) -> Image.Image:
    """Frames side by side, each as large as what its mask shows; the caption stands below the first."""
    return row([close_up(*pair) for pair in zip(images, masks, strict=True)], (caption,), height)


def save_small(image: Image.Image, path: str | Path, most: int = 150_000) -> None:
    """Write a PNG of at most `most` bytes: 256 colours, rare strong ones among them, and smaller by tenths until it fits."""
    while True:
        small = image.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
        with writing(path) as temporary:
            small.save(temporary, "PNG", optimize=True)
        if Path(path).stat().st_size <= most:
            return
        image = image.resize((image.width * 9 // 10, image.height * 9 // 10), Image.Resampling.LANCZOS)
