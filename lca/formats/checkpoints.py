"""Checkpoints of training: whole or not there, the one before kept, and read without running anything that is in them."""

import io
import logging
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import torch

from lca.errors import UserError
from lca.formats.atomic import writing

log = logging.getLogger(__name__)

LAST = "last.ckpt"
"""The newest checkpoint of a run."""
DAMAGED = (
    *(RuntimeError, ValueError, LookupError, AttributeError, TypeError, AssertionError, EOFError, OSError),
    *(OverflowError, struct.error, pickle.UnpicklingError, zipfile.BadZipFile),
)
"""What the readers of zip files and of tensors raise at bytes that no writer wrote."""


class DamagedCheckpoint(UserError):
    """A file that was a checkpoint once, or never was."""


def write_checkpoint(values: dict[str, Any], path: Path) -> None:
    """Write tensors, numbers, texts, and lists and dicts of them; what `path` held so far is kept as `*-previous.ckpt`."""
    content = io.BytesIO()
    torch.save(values, content)
    with writing(path) as temporary:
        temporary.write_bytes(content.getbuffer())
        if path.is_file():
            path.replace(path.with_stem(f"{path.stem}-previous"))


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What `write_checkpoint` wrote, on the CPU: the sum of every byte is checked, and no code in the file is run.

    Raises:
        DamagedCheckpoint: the file is empty, damaged, or of another kind.
        UserError: it holds something else.
    """
    try:
        with zipfile.ZipFile(path) as file:
            if any(part.compress_type != zipfile.ZIP_STORED for part in file.infolist()) or file.testzip():
                raise zipfile.BadZipFile("a checksum does not fit")
        values = torch.load(path, "cpu", weights_only=True)
    except DAMAGED as error:
        raise DamagedCheckpoint(
            f"expected a whole checkpoint, got a damaged or foreign file: {path}; remove it"
        ) from error
    if not isinstance(values, dict):
        raise UserError(f"expected a checkpoint, got a {type(values).__name__}: {path}; move it away")
    return values


def newest_checkpoint(path: Path, steps: str) -> tuple[Path, dict[str, Any]] | None:
    """The file that holds most steps among `path`, the one before it, and those of other names that begin like it.

    A damaged one beside a whole one is put aside as `*.damaged`, with a word.

    Args:
        path: Such as `last.ckpt`.
        steps: The entry that counts the steps.

    Returns:
        The file and what it holds; None if nothing was written yet.

    Raises:
        UserError: none of them is whole, or one counts no steps because another program wrote it.
    """
    whole: list[tuple[Path, dict[str, Any]]] = []
    damaged: dict[Path, UserError] = {}
    for candidate in sorted(path.parent.glob(f"{path.stem}*{path.suffix}")):
        try:
            one = candidate, counted(candidate, steps)
            whole = [max([one, *whole], key=lambda each: (each[1][steps], each[0] == path))]
        except DamagedCheckpoint as error:
            damaged[candidate] = error
    if not whole and damaged:
        raise next(iter(damaged.values()))
    for candidate in damaged:
        aside = candidate.replace(candidate.with_suffix(".damaged"))
        log.warning("%s was damaged, now %s: going on from %s", candidate, aside.name, whole[0][0].name)
    return whole[0] if whole else None


def counted(path: Path, steps: str) -> dict[str, Any]:
    """A checkpoint that counts its steps. Raises: UserError."""
    values = read_checkpoint(path)
    if not isinstance(values.get(steps), int):
        raise UserError(f"expected a checkpoint that counts its {steps}, got another program's: {path}; move it away")
    return values
