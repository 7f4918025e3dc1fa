"""The focal length that a camera wrote, in pixels of the picture as it is read."""

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from lca.formats.focal import focal_pixels
from lca.formats.photos import read_picture

WIDE = {0xA405: 28, 0xA002: 4000, 0xA003: 3000}
LENS = {0x920A: IFDRational(50), 0xA20E: IFDRational(4000, 36), 0xA210: 4, 0xA002: 4000, 0xA003: 3000}


def _exif(tags: dict) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(tags)
    return exif


@pytest.mark.parametrize(
    ("tags", "stored", "size", "pixels"),
    [
        (WIDE, (4000, 3000), (2048, 1536), 28 / 43.2666 * 2560),
        (WIDE, (4000, 3000), (1536, 2048), 28 / 43.2666 * 2560),  # turned upright
        (LENS, (4000, 3000), (2000, 1500), 50 * 4000 / 36 / 2),
        (WIDE, (3000, 3000), (2048, 2048), None),  # cropped since
        ({0x920A: IFDRational(50)}, (4000, 3000), (2000, 1500), None),
        ({0xA405: 0}, (4000, 3000), (2000, 1500), None),
        ({0x920A: IFDRational(0, 0), 0xA20E: IFDRational(1, 0)}, (4000, 3000), (2000, 1500), None),
        ({0xA405: 60000}, (4000, 3000), (2000, 1500), None),
        ({}, (4000, 3000), (2000, 1500), None),
    ],
)
def test_focal_length(tags, stored, size, pixels):
    found = focal_pixels(_exif(tags), stored, size)
    assert found is None if pixels is None else found == pytest.approx(pixels, rel=1e-4)


def test_of_a_file(tmp_path):
    Image.new("RGB", (3000, 4000)).save(tmp_path / "phone.jpg", exif=_exif({0xA405: 26}))
    picture = read_picture(tmp_path / "phone.jpg")
    assert picture.focal == pytest.approx(26 / 43.2666 * 2560, rel=1e-3)
    Image.new("RGB", (300, 400)).save(tmp_path / "plain.png")
    assert read_picture(tmp_path / "plain.png").focal is None
