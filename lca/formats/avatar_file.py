"""The avatar file: one safetensors file with a few strings, versioned."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lca.errors import UserError
from lca.formats.atomic import writing

FORMAT = "lca-avatar"
VERSION, READ = "3", ("2", "3")
"""Written, and read: 2 had no split Gaussians (`sources`)."""


def write_avatar(path: str | Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write named tensors and strings; the names `format` and `version` of the metadata are ours."""
    own = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    with writing(path) as temporary:
        save_file(own, temporary, {**metadata, "format": FORMAT, "version": VERSION})


def read_avatar(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read back (tensors, metadata).

    Raises:
        UserError: the file is missing, cut short, not an avatar, or of another version.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"expected an avatar file, got no such file: {path}; make one with `lca create`")
    _check_whole(path)
    try:
        with safe_open(path, "pt") as file:
            metadata = dict(file.metadata() or {})
            if metadata.get("format") != FORMAT:
                raise UserError(
                    f"expected an avatar file, got another safetensors file: {path}; make one with `lca create`"
                )
            if metadata.get("version") not in READ:
                raise UserError(
                    f"expected an avatar of version {VERSION}, got version {metadata.get('version')}: {path}; "
                    "create it again with this version of lca"
                )
            return {name: file.get_tensor(name) for name in file.keys()}, metadata
    except SafetensorError as error:
        raise UserError(f"expected an avatar file, got a damaged one: {path} ({error}); create it again") from error


def _check_whole(path: Path) -> None:
    """Compare the file's length with the one that its own header announces."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(min(length, size))
    foreign = size < 8 or not header.startswith(b"{")
    announced = 8 + length
    if not foreign and size >= announced:
        try:
            spans = [entry["data_offsets"][1] for name, entry in json.loads(header).items() if name != "__metadata__"]
        except (ValueError, TypeError, KeyError, AttributeError):
            foreign = True
        else:
            announced += max(spans, default=0)
    if foreign:
        raise UserError(f"expected an avatar file, got something else: {path}; make one with `lca create`")
    if size < announced:
        raise UserError(
            f"expected an avatar file of {announced} bytes, got {size}: {path} is cut short; copy or create it again"
        )
