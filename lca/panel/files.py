"""What a panel writes: the formats of splats."""

from lca.formats.gltf import write_glb
from lca.formats.ply import write_ply
from lca.formats.splat_file import write_splat
from lca.formats.spz import write_spz

SPLATS = {".ply": write_ply, ".splat": write_splat, ".spz": write_spz, ".glb": write_glb}
"""Writers of splat files."""
