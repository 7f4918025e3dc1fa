"""Named tensors and strings in one safetensors file: the same bytes for the same content, judged before anything is read.

Layout: eight bytes that hold the length of a header; the header, JSON, with kind, shape and place of each tensor and, under
`__metadata__`, the strings; the tensors, one after the other. Strings of ours hold a `sum` over all of that, so that a flipped
bit is noticed; files from before it are read without.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from lca.errors import UserError
from lca.formats.atomic import writing

KINDS = {
    **{
        "BOOL": torch.bool,
        "U8": torch.uint8,
        "I8": torch.int8,
        "I16": torch.int16,
        "I32": torch.int32,
        "I64": torch.int64,
    },
    **{"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64},
}
NAMES = {kind: name for name, kind in KINDS.items()}
WORDS, SUM = "__metadata__", "sum"
LONGEST_HEADER = 4 * 2**20
"""Bytes; a model of 10,000 tensors needs a third of it."""


@dataclass(frozen=True)
class FileKind:
    """What messages call a file, and what they advise."""

    name: str
    remedy: str


def write_tensors(path: str | Path, tensors: Mapping[str, Tensor], words: Mapping[str, str]) -> None:
    """Write named tensors and strings; the name `sum` of the strings is ours."""
    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    words = {name: words[name] for name in words if name != SUM}
    header, place = {}, 0
    for name in sorted(
        own, key=lambda name: (-own[name].element_size(), name)
    ):  # the largest kinds first: all are aligned
        tensor = own[name]
        span = [place, place := place + tensor.numel() * tensor.element_size()]
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": span}
    body = [own[name].flatten().view(torch.uint8).numpy().data for name in header]
    digest = hashlib.sha256(_canonical(header, words))
    for piece in body:
        digest.update(piece)
    words[SUM] = digest.hexdigest()
    text = json.dumps({WORDS: dict(sorted(words.items())), **header}).encode()
    text += b" " * (-len(text) % 8)
    with writing(path) as temporary, temporary.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for piece in body:
            file.write(piece)


def read_tensors(path: str | Path, kind: FileKind) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read back (tensors, strings).

    Raises:
        UserError: the file is missing, cut short, damaged or no such file, its sum is another, or a number is not finite.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"expected {kind.name}, got no such file: {path}; {kind.remedy}")
    with path.open("rb") as file:
        header, words = _header(file, path, kind)
        expected = words.pop(SUM, None)
        if expected is not None and expected != _sum(file, header, words):
            raise UserError(f"expected {kind.name}, got a damaged one: {path} (its sum is another); copy it again")
    try:
        with safe_open(path, "pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in header}
    except SafetensorError as error:
        raise UserError(f"expected {kind.name}, got a damaged one: {path} ({error}); {kind.remedy}") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise UserError(
                f"expected {kind.name} of finite numbers, got NaN or infinity in {name}: {path}; {kind.remedy}"
            )
    return tensors, words


def _header(file: BinaryIO, path: Path, kind: FileKind) -> tuple[dict[str, Any], dict[str, str]]:
    """(entries of the tensors, strings), judged: every byte of the file belongs to one tensor that the header describes."""
    foreign = f"expected {kind.name}, got something else: {path}; {kind.remedy}"
    size, length = path.stat().st_size, int.from_bytes(file.read(8), "little")
    if size < 10 or file.read(1) != b"{" or length > LONGEST_HEADER:
        raise UserError(foreign)
    announced = 8 + length
    if size >= announced:
        file.seek(8)
        try:
            header = json.loads(file.read(length))
            words = header.pop(WORDS, {})
            announced += max((_span(entry) for entry in header.values()), default=0)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            raise UserError(foreign) from error
        if not (isinstance(words, dict) and all(isinstance(word, str) for word in words.values())):
            raise UserError(foreign)
    if size < announced:
        raise UserError(
            f"expected {kind.name} of {announced} bytes, got {size}: {path} is cut short; copy it again or {kind.remedy}"
        )
    starts = sorted(entry["data_offsets"][0] for entry in header.values())
    ends = sorted(entry["data_offsets"][1] for entry in header.values())
    if size > announced or starts != [0, *ends][: len(starts)]:
        raise UserError(
            f"expected {kind.name}, got a damaged one: {path} (its tensors overlap or leave gaps); {kind.remedy}"
        )
    return header, words


def _span(entry: dict[str, Any]) -> int:
    """Where a tensor ends. Raises: ValueError, TypeError, KeyError: its kind, shape and place do not fit together."""
    kind, shape, (start, end) = KINDS[entry["dtype"]], entry["shape"], entry["data_offsets"]
    if not all(type(number) is int and 0 <= number < 2**48 for number in (*shape, start, end)) or len(shape) > 8:
        raise ValueError(entry)
    if end - start != math.prod(shape) * kind.itemsize:
        raise ValueError(entry)
    return end


def _sum(file: BinaryIO, header: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """The sum that the rest of the file has."""
    digest = hashlib.sha256(_canonical(header, words))
    while piece := file.read(2**20):
        digest.update(piece)
    return digest.hexdigest()


def _canonical(header: Mapping[str, Any], words: Mapping[str, str]) -> bytes:
    return json.dumps([header, words], sort_keys=True).encode()
