"""What a panel writes: the formats of splats, and of motions."""

from lca.formats.amass import write_amass
from lca.formats.arkit_csv import write_face
from lca.formats.bvh_writing import write_bvh
from lca.formats.gltf import write_glb
from lca.formats.ply import write_ply
from lca.formats.splat_file import write_splat
from lca.formats.spz import write_spz

SPLATS = {".ply": write_ply, ".splat": write_splat, ".spz": write_spz, ".glb": write_glb}
"""Writers of splat files."""
MOTION_FILES = {".npz": write_amass, ".csv": write_face, ".bvh": write_bvh}
"""Writers of motions: all of it, the face and the gaze, the body and the hands."""
