"""Photos: from files and films of any size to the cut-out squares that the model reads.

A photo becomes two squares: the body (256 px, about the person's box) and the face (128 px, about the head's box). Both are
composited over mid grey by the person's mask. The same `crop_square` cuts photographs and training pictures.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.film_frames import FILM_SUFFIXES, read_film
from lca.formats.picture_file import HEIF_SUFFIXES, NO_HEIF, SUFFIXES, Picture, heif_reader, read_picture

BODY_SIZE = 256
FACE_SIZE = 128
BODY_MARGIN = 0.05
GREY = 0.5
MOST_PHOTOS = 16
MOST_FRAMES = 8
"""Of one film."""
NAMED = 8
"""Files of a folder that are named when they are left out."""

log = logging.getLogger(__name__)


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

    def __getitem__(self, index) -> "Photos":
        """Index the leading axes: some photos, or with None an axis of people."""
        return self.map(lambda x: x[index])

    def map(self, function: Callable[[Tensor], Tensor]) -> "Photos":
        """Apply `function` to each tensor."""
        return Photos(*(function(x) for x in (self.body, self.body_mask, self.face, self.face_mask)))

    def faceless(self) -> "Photos":
        """The same photos as if no face were found in any."""
        return replace(self, face=torch.full_like(self.face, GREY), face_mask=torch.zeros_like(self.face_mask))

    def to(self, device: torch.device | str) -> "Photos":
        """Move every tensor to `device`."""
        return self.map(lambda x: x.to(device))


def read_pictures(paths: Sequence[str | Path]) -> list[Picture]:
    """Read 1 to 16 photographs from files and films, or from those of folders (in order of name).

    A film gives several frames. What a folder holds besides photos and films is said on the log.

    Raises:
        UserError: a path is missing or unreadable, or the number of photos is not 1 to 16.
    """
    files = [file for path in paths for file in _files(Path(path))]
    films = sum(file.suffix.lower() in FILM_SUFFIXES for file in files)
    if not 1 <= len(files) <= MOST_PHOTOS:
        raise UserError(
            f"expected 1 to {MOST_PHOTOS} photos, got {len(files)}: give picture files or a folder of {', '.join(SUFFIXES)}"
        )
    frames = min(MOST_FRAMES, (MOST_PHOTOS - len(files) + films) // max(films, 1))
    pictures: list[Picture] = []
    for file in files:
        film = file.suffix.lower() in FILM_SUFFIXES and file.is_file()
        pictures += read_film(file, frames) if film else [read_picture(file)]
    return once_each(pictures)


def once_each(pictures: Sequence[Picture]) -> list[Picture]:
    """Without copies: a photo that is given again says nothing new. The one that is kept notes it."""
    kept: list[Picture] = []
    for picture in pictures:
        same = [place for place, other in enumerate(kept) if _same(picture, other)]
        if same:
            first = kept[same[0]]
            kept[same[0]] = replace(first, notes=(*first.notes, f"{picture.name} is the same photo and left out"))
        else:
            kept.append(picture)
    return kept


def _same(first: Picture, second: Picture) -> bool:
    """Pixel by pixel; a few of them first, which tell most photos apart."""
    if first.image.shape != second.image.shape or not torch.equal(
        first.image[:, ::64, ::64], second.image[:, ::64, ::64]
    ):
        return False
    return torch.equal(first.image, second.image)


def pixels_at(
    image: Float[Tensor, "channels height width"], places: Float[Tensor, "places 2"]
) -> Float[Tensor, "places channels"]:
    """What a picture has at places in pixels (x, y; the first pixel's middle is 0.5), between pixels their mean; 0 outside."""
    grid = (2.0 * places / places.new_tensor(image.shape[:0:-1]) - 1.0)[None, None]
    return F.grid_sample(image[None], grid, align_corners=False)[0, :, 0].T


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
    """The pictures and films of a folder, or the file itself."""
    if not path.is_dir():
        return [path]
    inside = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    taken = [file for file in inside if file.suffix.lower() in (*SUFFIXES, *FILM_SUFFIXES) and file.is_file()]
    left = [file.name for file in inside if file not in taken]
    if heif_reader() is None and any(file.suffix.lower() in HEIF_SUFFIXES for file in taken):
        left += [f"{file.name} ({NO_HEIF})" for file in taken if file.suffix.lower() in HEIF_SUFFIXES]
        taken = [file for file in taken if file.suffix.lower() not in HEIF_SUFFIXES]
    if left:
        more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
        log.warning("%s: left out %s%s (no photos or films)", path, ", ".join(left[:NAMED]), more)
    return taken
