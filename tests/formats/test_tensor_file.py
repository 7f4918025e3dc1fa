"""The one file of tensors: the same bytes each time, readable by the format's own library, and no damaged byte is overlooked."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from lca.errors import UserError
from lca.formats.tensor_file import FileKind, read_tensors, write_tensors
from tests.fuzz.tensor_damage import closed, opened

KIND = FileKind("a thing", "make one")
TENSORS = {
    **{"a": torch.arange(3), "half": torch.rand(5).half(), "flag": torch.tensor([True]), "none": torch.zeros(0, 3)},
    **{"scalar": torch.tensor(2.5), "brain": torch.rand(3).bfloat16(), "turned": torch.rand(4, 6).T},
}
WORDS = {"made of": "photos", "b": "2", "a": "ä"}


@pytest.fixture
def file(tmp_path):
    write_tensors(tmp_path / "a.thing", TENSORS, WORDS)
    return tmp_path / "a.thing"


def test_what_is_written_is_read_by_us_and_by_the_formats_own_library(file):
    read, words = read_tensors(file, KIND)
    with safe_open(file, "pt") as theirs:
        assert {**words, "sum": theirs.metadata()["sum"]} == theirs.metadata() and words == WORDS
        for name, tensor in TENSORS.items():
            assert torch.equal(read[name], tensor) and torch.equal(theirs.get_tensor(name), tensor)
            assert read[name].dtype == tensor.dtype


def test_the_same_content_is_the_same_bytes(file):
    whole = file.read_bytes()
    for _ in range(5):
        write_tensors(file, dict(reversed(TENSORS.items())), dict(reversed({**WORDS, "sum": "old"}.items())))
        assert file.read_bytes() == whole


def test_every_flipped_bit_is_noticed(file):
    whole = bytearray(file.read_bytes())
    for place in range(0, len(whole), 7):
        whole[place] ^= 4
        file.write_bytes(whole)
        with pytest.raises(UserError, match=r"a\.thing"):
            read_tensors(file, KIND)
        whole[place] ^= 4


def test_files_without_a_sum_are_read(file):
    save_file({"a": torch.ones(2)}, file, {"b": "c"})
    assert torch.equal(read_tensors(file, KIND)[0]["a"], torch.ones(2))


def entry(**changed):
    def wound(header):
        header["half"] |= changed

    return wound


@pytest.mark.parametrize(
    ("wound", "says"),
    [
        (entry(shape=[10**18]), "something else"),
        (entry(shape=[-5]), "something else"),
        (entry(shape=[5.0]), "something else"),
        (entry(dtype="F9"), "something else"),
        (entry(data_offsets=[0, 10]), "overlap"),
        (entry(data_offsets=[0]), "something else"),
        (entry(data_offsets=[10**9, 10**9 + 10]), "cut short"),
        (lambda header: header.pop("half"), "leave gaps|overlap"),
        (lambda header: header.update(half=[[]]), "something else"),
        (lambda header: header["__metadata__"].update(b=2), "something else"),
        (lambda header: header["__metadata__"].update(sum="0" * 64), "its sum is another"),
    ],
)
def test_a_header_is_judged_before_anything_is_allocated(file, wound, says):
    header, body = opened(file.read_bytes())
    wound(header)
    file.write_bytes(closed(header, body))
    with pytest.raises(UserError, match=says):
        read_tensors(file, KIND)


@pytest.mark.parametrize("header", [b"{" + b"[" * 10**5, b'{"a":' * 10**5, b"{}x", b"{" * 5 * 10**6, b"\xff" * 20, b""])
def test_headers_that_are_none(file, header):
    file.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(UserError, match="expected a thing, got something else"):
        read_tensors(file, KIND)


def test_not_a_number_is_refused_by_name(file):
    save_file({"fine": torch.ones(2), "holed": torch.tensor([1.0, float("nan")])}, file)
    with pytest.raises(UserError, match="NaN or infinity in holed"):
        read_tensors(file, KIND)


def test_header_is_aligned_and_json(file):
    whole = file.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    assert length % 8 == 0 and next(iter(json.loads(whole[8 : 8 + length]))) == "__metadata__"
