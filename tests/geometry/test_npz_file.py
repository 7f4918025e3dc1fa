"""What an .npz declares is judged before it is allocated, and every way to be no such file is one line."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from lca.errors import UserError
from lca.geometry.npz_file import read_npz


def header(shape="(3,)", kind="'<f8'", more=""):
    text = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}{more}".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def packed(path, content, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("poses.npy", content)
    return path


def read(path):
    return read_npz(path, ("poses", "text"), 2**20, "a motion")


def test_plain_arrays_are_read_and_others_left_alone(tmp_path):
    poses = np.asfortranarray(np.random.rand(4, 5))
    np.savez_compressed(tmp_path / "a.npz", poses=poses, text="ü", other=np.array({}, object))
    arrays = read(tmp_path / "a.npz")
    assert arrays.keys() == {"poses", "text"} and str(arrays["text"]) == "ü"
    np.testing.assert_array_equal(arrays["poses"], poses)


def test_a_small_file_that_declares_gigabytes_takes_no_memory(tmp_path):
    packed(tmp_path / "bomb.npz", header("(4_000_000, 165)".replace("_", "")) + bytes(10**6))
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("poses.npy", "w", force_zip64=True) as member,
    ):
        member.write(header("(50000, 165)"))
        for _ in range(66):
            member.write(bytes(10**6))
    (tmp_path / "true.npz").write_bytes(content.getvalue())
    tracemalloc.start()
    with pytest.raises(UserError, match=r"declares \(4000000, 165\) of float64, more than it holds"):
        read(tmp_path / "bomb.npz")
    with pytest.raises(UserError, match="at most 1 MB, got 62 MB of arrays"):
        read(tmp_path / "true.npz")
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def tampered(path, place, value):
    """One byte of the zip's own headers by another: of the member's, and of the directory's."""
    content = bytearray(packed(path, header() + bytes(24)).read_bytes())
    for sign, offset in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        content[content.index(sign) + place + offset] = value
    path.write_bytes(content)


DAMAGE = {
    "unclosed": lambda path: packed(path, header("(3,")),
    "endless": lambda path: packed(path, header("(99999999999999999999, 3)")),
    "negative": lambda path: packed(path, header("(-1,)")),
    "nested": lambda path: packed(path, header(more="[" * 9000)),
    "words": lambda path: packed(path, header("'x'")),
    "objects": lambda path: packed(path, header(kind="'|O'")),
    "records": lambda path: packed(path, header(kind="[('a', '<f8')]")),
    "version": lambda path: packed(path, b"\x93NUMPY\x09\x00" + header()[8:]),
    "cut": lambda path: packed(path, header() + bytes(5)),
    "method": lambda path: tampered(path, 8, 99),
    "encrypted": lambda path: tampered(path, 6, 1),
    "text": lambda path: path.write_text("no zip"),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_files_are_one_line(tmp_path, kind):
    DAMAGE[kind](tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"expected a motion, got .*a\.npz \(.+\): download or export the \.npz again"):
        read(tmp_path / "a.npz")
