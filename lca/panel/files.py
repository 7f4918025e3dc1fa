"""What a panel writes: the formats of splats, and names that are still free."""

from pathlib import Path

from lca.formats.gltf import write_glb
from lca.formats.ply import write_ply
from lca.formats.splat_file import write_splat
from lca.formats.spz import write_spz

SPLATS = {".ply": write_ply, ".splat": write_splat, ".spz": write_spz, ".glb": write_glb}
"""Writers of splat files."""


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first of `stem_001`, `stem_002` ... that does not exist yet."""
    number = 1
    while (path := folder / f"{stem}_{number:03d}{suffix}").exists():
        number += 1
    return path
