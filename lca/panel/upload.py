"""Photos that a browser sends -> an avatar that is there after a moment and then sharpens, with a word on each step."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lca.errors import UserError
from lca.formats.photos import MOST_PHOTOS, Picture, read_picture
from lca.model.checkpoint import load_model
from lca.tracking.finder import load_finder
from lca.tracking.likeness import Draft, Likeness, Watcher, refine_on_photos
from lca.tracking.words import found_lines, pose_lines
from lca.training.refine import Progress

LARGEST = 40_000_000
"""Bytes of one photo."""


@dataclass(frozen=True)
class Audience:
    """Who is told how an upload goes."""

    progress: Callable[[int, int, str], None]
    """(steps done, all steps, what is being done)."""
    notes: Callable[[list[str]], None]
    """What there is to know about the photos, a line each; more comes later."""
    draft: Callable[[Draft], None]
    """The avatar as the network made it."""
    step: Callable[[Progress], None]
    """After each step of refinement; may raise `lca.tracking.likeness.Enough`."""


def create_avatar(files: Sequence[tuple[str, bytes]], audience: Audience, checkpoint: Path | None = None) -> Likeness:
    """Read 1 to 16 photos (name, bytes), find the person in each, reconstruct, refine until it stops by itself.

    Raises:
        UserError: too many photos, one that is no picture, too large or without a person.
    """
    if not 1 <= len(files) <= MOST_PHOTOS:
        raise UserError(f"expected 1 to {MOST_PHOTOS} photos, got {len(files)}; choose fewer")
    steps, pictures, people = 2 * len(files) + 1, [], []
    for done, (name, content) in enumerate(files):
        audience.progress(done, steps, f"reading {name}")
        pictures.append(_picture(name, content))
    finder = load_finder()
    for done, picture in enumerate(pictures, len(files)):
        audience.progress(done, steps, f"finding the person in {picture.name}")
        people.append(finder(picture))
    notes = found_lines(pictures, people)
    audience.notes(notes)
    audience.progress(steps - 1, steps, "making the avatar")

    def drafted(start: Draft) -> None:
        audience.notes([*notes, *pose_lines(pictures, start.solution)])
        audience.draft(start)

    return refine_on_photos(load_model(checkpoint), pictures, people, watcher=Watcher(drafted, audience.step))


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
