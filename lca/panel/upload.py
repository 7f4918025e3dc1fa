"""Photos that a browser sends -> an avatar, step by step with a word on each."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from lca.errors import UserError
from lca.formats.photos import MOST_PHOTOS, Picture, read_picture
from lca.matting.cutout import cut_out_people
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.tracking.finder import load_finder

LARGEST = 40_000_000
"""Bytes of one photo."""
Progress = Callable[[int, int, str], None]
"""Told (steps done, all steps, what is being done)."""


def create_avatar(files: Sequence[tuple[str, bytes]], progress: Progress, checkpoint: Path | None = None) -> Avatar:
    """Read 1 to 16 photos (name, bytes), find the person in each, reconstruct.

    Raises:
        UserError: too many photos, one that is no picture, too large or without a person.
    """
    if not 1 <= len(files) <= MOST_PHOTOS:
        raise UserError(f"expected 1 to {MOST_PHOTOS} photos, got {len(files)}; choose fewer")
    steps, pictures = len(files) + 2, []
    for done, (name, content) in enumerate(files):
        progress(done, steps, f"reading {name}")
        pictures.append(_picture(name, content))
    progress(len(files), steps, "finding the person")
    photos = cut_out_people(pictures, load_finder())
    progress(len(files) + 1, steps, "making the avatar")
    avatar = load_model(checkpoint).reconstruct(photos)
    progress(steps, steps, "done")
    return avatar


def _picture(name: str, content: bytes) -> Picture:
    """Through a file, as the command line reads it; messages name the photo as the user knows it."""
    if len(content) > LARGEST:
        raise UserError(f"expected a photo of at most {LARGEST // 10**6} MB, got more: {name}; use a smaller one")
    with tempfile.TemporaryDirectory(prefix="lca-upload-") as folder:
        path = Path(folder) / "photo"
        path.write_bytes(content)
        try:
            return replace(read_picture(path), name=name)
        except UserError as error:
            raise UserError(str(error).replace(str(path), name)) from error
