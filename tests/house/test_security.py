"""SECURITY.md names the bounds that the code has."""

import pytest

from lca import errors
from lca.formats import motion, motion_file, motion_npz, photos, picture_file, tensor_file
from lca.formats.bvh import MOST_JOINTS
from lca.model.avatar_schema import MOST
from lca.panel import app, upload
from tests.house.tree import ROOT, files

TEXT = " ".join((ROOT / "SECURITY.md").read_text().split())


@pytest.mark.parametrize(
    "words",
    [
        f"{picture_file.SMALLEST_SIDE} px a side, {picture_file.MOST_LONG} times as long as wide",
        f"{picture_file.MOST_PIXELS // 10**6} million pixels ({picture_file.MOST_PIXELS_JPEG // 10**6} million of a JPEG",
        f"{picture_file.MOST_PIXELS_DEEP // 10**6} million of deep greys, WebP, AVIF and HEIC), {photos.MOST_PHOTOS} photos",
        f"{tensor_file.LONGEST_HEADER >> 20} MB of header, a million Gaussians, {MOST['anchors']:,} anchors",
        f"{motion_npz.LARGEST_NPZ >> 20} MB of arrays, {motion_file.LARGEST_TEXT >> 20} MB of text, {MOST_JOINTS:,} joints",
        f"{motion.MOST_FRAMES:,} frames after resampling",
        f"{app.MOST_BYTES >> 20} MB a message, {app.MOST_BUFFERS} parts, {upload.LARGEST // 10**6} MB a photo",
        f"{errors.LONGEST:,} characters of a message",
    ],
)
def test_bounds_are_those_of_the_code(words):
    assert words in TEXT


def test_no_file_is_unpickled():
    loads = {path: path.read_text() for path in files(".py", under="lca")}
    assert [path for path, text in loads.items() if "allow_pickle=True" in text or "weights_only=False" in text] == []


def test_every_decoder_is_named():
    kinds = {"HEIF", *(kind.upper() for kind in picture_file.READERS)}
    assert len(kinds) == 8 and [kind for kind in kinds if kind not in TEXT.upper()] == []
