"""Photos: from files of any size to the cut-out squares that the model reads.

A photo becomes two squares: the body (256 px, about the person's box) and the face (128 px, about the head's box). Both are
composited over mid grey by the person's mask. The same `crop_square` cuts photographs and training pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from lca.errors import UserError

BODY_SIZE = 256
FACE_SIZE = 128
BODY_MARGIN = 0.05
GREY = 0.5
MOST_PHOTOS = 16
SMALLEST_SIDE = 64
LARGEST_SIDE = 2048
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Photos:
    """What the model knows of one person: N photos, each as a body square and a face square.

    sRGB in [0, 1], already over mid grey; masks in [0, 1].
    """

    body: Float[Tensor, "*batch photos 3 body_size body_size"]
    body_mask: Float[Tensor, "*batch photos 1 body_size body_size"]
    face: Float[Tensor, "*batch photos 3 face_size face_size"]
    face_mask: Float[Tensor, "*batch photos 1 face_size face_size"]

    def __len__(self) -> int:
        """Number of photos."""
        return self.body.shape[-4]

    def to(self, device: torch.device | str) -> "Photos":
        """Move every tensor to `device`."""
        return Photos(*(x.to(device) for x in (self.body, self.body_mask, self.face, self.face_mask)))


@dataclass(frozen=True)
class Picture:
    """One photograph as read: sRGB in [0, 1], upright; `alpha` where the file has a transparent background."""

    name: str
    image: Float[Tensor, "3 height width"]
    alpha: Float[Tensor, "1 height width"] | None


def read_pictures(paths: Sequence[str | Path]) -> list[Picture]:
    """Read 1 to 16 photographs from files, or from the picture files of folders (in order of name).

    Raises:
        UserError: a path is missing or unreadable, or the number of photos is not 1 to 16.
    """
    files = [file for path in paths for file in _files(Path(path))]
    if not 1 <= len(files) <= MOST_PHOTOS:
        raise UserError(
            f"expected 1 to {MOST_PHOTOS} photos, got {len(files)}: give picture files or a folder of {', '.join(SUFFIXES)}"
        )
    return [read_picture(file) for file in files]


def read_picture(path: str | Path) -> Picture:
    """Read one photograph: EXIF orientation applied, at most 2048 px a side, alpha kept if it hides anything.

    Raises:
        UserError: the file is missing, not a picture, truncated or smaller than 64 px.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"expected a photo, got no such file: {path}; check the path")
    try:
        with Image.open(path) as file:
            smallest = min(file.size)
            file.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            picture = ImageOps.exif_transpose(file)
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except UnidentifiedImageError as error:
        raise UserError(
            f"expected a JPEG, PNG or WebP photo, got something else: {path}; convert it to JPEG"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(
            f"expected a whole photo, got a damaged or truncated file: {path} ({error}); copy it again"
        ) from error
    if smallest < SMALLEST_SIDE:
        raise UserError(
            f"expected a photo of at least {SMALLEST_SIDE} px a side, got {smallest} px: {path}; use a larger one"
        )
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    pixels = (
        rearrange(torch.from_numpy(np.array(picture)), "height width channel -> channel height width").float() / 255
    )
    transparent = len(pixels) == 4 and bool((pixels[3] < 1).any())
    return Picture(path.name, pixels[:3], pixels[3:] if transparent else None)


def crop_square(
    image: Float[Tensor, "*batch channels height width"],
    box: Float[Tensor, "*batch 4"],
    size: int,
    fill: float = 0.0,
) -> Float[Tensor, "*batch channels {size} {size}"]:
    """Resample `box` (x0 y0 x1 y1 in pixels, edges not centres) of `image` to size x size, antialiased.

    The box may exceed the picture: what lies outside reads as `fill`. A triangle filter as wide as the larger of one source
    and one target pixel, applied along each axis as a matrix.
    """
    height, width = image.shape[-2:]
    box = box.to(image)
    across = _resampling(box[..., 0], box[..., 2], width, size)
    down = _resampling(box[..., 1], box[..., 3], height, size)
    inside = down.sum(-1)[..., None, :, None] * across.sum(-1)[..., None, None, :]
    cropped = down[..., None, :, :] @ (image @ across.mT[..., None, :, :])
    return cropped + fill * (1 - inside)


def square_box(box: Float[Tensor, "*batch 4"], margin: float = 0.0) -> Float[Tensor, "*batch 4"]:
    """The smallest square about `box` with the same centre, grown by `margin` of its side on every side."""
    centre = (box[..., :2] + box[..., 2:]) / 2
    half = (box[..., 2:] - box[..., :2]).amax(-1, keepdim=True) * (0.5 + margin)
    return torch.cat([centre - half, centre + half], -1)


def mask_box(mask: Float[Tensor, "1 height width"], threshold: float = 0.5) -> Float[Tensor, " 4"]:
    """The tight box x0 y0 x1 y1 (pixel edges) about the pixels above `threshold`; zeros if there are none."""
    rows, columns = (torch.nonzero(mask[0].amax(axis) > threshold)[:, 0] for axis in (1, 0))
    if len(rows) == 0:
        return torch.zeros(4)
    return torch.stack([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]).float()


def cut_out(
    image: Float[Tensor, "*batch 3 height width"],
    mask: Float[Tensor, "*batch 1 height width"],
    box: Float[Tensor, "*batch 4"],
    size: int,
) -> tuple[Float[Tensor, "*batch 3 {size} {size}"], Float[Tensor, "*batch 1 {size} {size}"]]:
    """The square `box` of a masked picture over mid grey, and its mask."""
    cropped = crop_square(torch.cat([image * mask, mask], -3), box, size).clamp(0, 1)
    color, alpha = cropped[..., :3, :, :], cropped[..., 3:, :, :]
    return color + GREY * (1 - alpha), alpha


def _resampling(
    start: Float[Tensor, "*batch"], stop: Float[Tensor, "*batch"], source: int, target: int
) -> Float[Tensor, "*batch target source"]:
    """Rows of filter weights from `source` pixels to `target` pixels over [start, stop]; a row sums to the share inside."""
    step = ((stop - start) / target)[..., None, None]
    centres = start[..., None, None] + (torch.arange(target).to(start)[:, None] + 0.5) * step
    radius = step.clamp(min=1.0)

    def triangle(pixels: Tensor) -> Tensor:
        return (1 - (pixels + 0.5 - centres).abs() / radius).clamp(min=0)

    reach = int(radius.max().ceil()) + 1
    everywhere = triangle(centres.floor() + torch.arange(-reach, reach + 1).to(start)).sum(-1, keepdim=True)
    return triangle(torch.arange(source).to(start)) / everywhere


def _files(path: Path) -> list[Path]:
    """The picture files of a folder, or the file itself."""
    if path.is_dir():
        return sorted(
            file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
        )
    return [path]
