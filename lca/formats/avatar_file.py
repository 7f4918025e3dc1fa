"""The avatar file: named tensors and a few strings, versioned."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from lca.errors import UserError
from lca.formats.tensor_file import FileKind, read_tensors, write_tensors

FORMAT = "lca-avatar"
VERSION, READ = "4", ("2", "3", "4")
"""Written, and read: 2 had no split Gaussians (`sources`), 3 no materials."""
AVATAR = FileKind("an avatar file", "make one with `lca create`")


def write_avatar(path: str | Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write named tensors and strings; the names `format`, `version` and `sum` of the metadata are ours."""
    write_tensors(path, tensors, {**metadata, "format": FORMAT, "version": VERSION})


def read_avatar(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read back (tensors, metadata).

    Raises:
        UserError: the file is missing, damaged, not an avatar, or of another version.
    """
    tensors, metadata = read_tensors(path, AVATAR)
    if metadata.get("format") != FORMAT:
        raise UserError(f"expected an avatar file, got another safetensors file: {path}; {AVATAR.remedy}")
    if metadata.get("version") not in READ:
        raise UserError(
            f"expected an avatar of version {VERSION}, got version {metadata.get('version')}: {path}; "
            "create it again with this version of lca"
        )
    return tensors, metadata
