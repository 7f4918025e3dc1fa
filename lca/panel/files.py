"""The formats of motions that a panel writes."""

from lca.formats.amass import write_amass
from lca.formats.arkit_csv import write_face
from lca.formats.bvh_writing import write_bvh

MOTION_FILES = {".npz": write_amass, ".csv": write_face, ".bvh": write_bvh}
"""Writers of motions: all of it, the face and the gaze, the body and the hands."""
