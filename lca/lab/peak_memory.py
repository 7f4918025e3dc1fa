"""Peak memory of making an avatar from as many photos as are taken, each as large as today's cameras make them."""

import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image

from lca.data.example import load_example
from lca.formats.photos import MOST_PHOTOS, read_pictures
from lca.model.checkpoint import load_model
from lca.tracking.finder import load_finder
from lca.tracking.likeness import draft, likeness
from lca.training.refine import RefineConfig

LARGE = (4000, 6000)
"""Pixels: 24 million."""
STATUS = Path("/proc/self/status")
FEW = RefineConfig(align=4, steps=8)
"""Every step needs the same memory."""


def peak_memory(checkpoint: Path | None) -> float | None:
    """Gigabytes that a fresh process needs at most, from reading the photos to the refined avatar, with everything that it loads;
    None where the system does not say."""
    if not STATUS.is_file():
        return None
    with tempfile.TemporaryDirectory() as scratch:
        photos = large_photos(Path(scratch), LARGE)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
            return round(executor.submit(needed, photos, checkpoint).result() / 1e9, 2)


def large_photos(folder: Path, size: tuple[int, int]) -> list[Path]:
    """The example's photos, enlarged to `size` (width, height), over and over."""
    paths = []
    originals = load_example().photos
    for place in range(MOST_PHOTOS):
        path = folder / f"photo_{place:02d}.jpg"
        with Image.open(originals[place % len(originals)]) as photo:
            photo.resize(size, Image.Resampling.BICUBIC).save(path, quality=90)
        paths.append(path)
    return paths


def needed(photos: list[Path], checkpoint: Path | None) -> int:
    """Make an avatar; bytes that this process has held at most."""
    model, finder, pictures = load_model(checkpoint), load_finder(), read_pictures(photos)
    start = draft(model, pictures, [finder(picture) for picture in pictures])
    if start.views:
        likeness(model, start, config=FEW)
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
