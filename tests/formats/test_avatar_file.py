"""The avatar file: what goes in comes out, and what is not one is said so."""

import pytest
import torch
from safetensors.torch import save_file

from lca.errors import UserError
from lca.formats.avatar_file import FORMAT, VERSION, read_avatar, write_avatar


def test_round_trip(tmp_path):
    base = torch.rand(4, 6)
    tensors = {"means": base[:, :3], "same": base, "ids": torch.arange(3), "half": torch.rand(2).half()}
    write_avatar(tmp_path / "a.avatar", tensors, {"photos": "4"})
    read, metadata = read_avatar(tmp_path / "a.avatar")
    assert metadata["photos"] == "4"
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        torch.testing.assert_close(read[name], tensor, rtol=0, atol=0)


def test_files_from_before_gaussians_were_split_are_read(tmp_path):
    save_file({"means": torch.ones(2)}, tmp_path / "old.avatar", {"format": FORMAT, "version": "2"})
    assert torch.equal(read_avatar(tmp_path / "old.avatar")[0]["means"], torch.ones(2))


def _bad(kind: str, path) -> None:
    write_avatar(path, {"means": torch.rand(1000, 3)}, {})
    whole = path.read_bytes()
    if kind == "half":
        path.write_bytes(whole[: len(whole) // 2])
    if kind == "half header":
        path.write_bytes(whole[:20])
    if kind == "version":
        save_file({"means": torch.rand(2)}, path, {"format": FORMAT, "version": "0"})
    if kind == "foreign tensors":
        save_file({"means": torch.rand(2)}, path, {})
    if kind == "text":
        path.write_text("a letter, not an avatar")
    if kind == "empty":
        path.write_bytes(b"")
    if kind == "missing":
        path.unlink()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("half", "cut short"),
        ("half header", "cut short"),
        ("version", f"expected an avatar of version {VERSION}, got version 0"),
        ("foreign tensors", "got another safetensors file"),
        ("text", "got something else"),
        ("empty", "got something else"),
        ("missing", "no such file"),
    ],
)
def test_bad_files_are_one_clear_line(tmp_path, kind, message):
    _bad(kind, tmp_path / "a.avatar")
    with pytest.raises(UserError, match=message) as caught:
        read_avatar(tmp_path / "a.avatar")
    assert "\n" not in str(caught.value)
