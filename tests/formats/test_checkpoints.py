"""Checkpoint files: what was written comes back, what was damaged is never taken for it, and nothing in a file is run."""

import logging
import pickle
import random
import zipfile

import pytest
import torch

from lca.errors import UserError
from lca.formats.checkpoints import LAST, DamagedCheckpoint, newest_checkpoint, read_checkpoint, write_checkpoint


def values(steps: int) -> dict:
    return {"steps": steps, "weights": torch.arange(300.0) + steps, "fit": {"sides": (1, 2), "name": "x"}}


def equal(left: dict, right: dict) -> bool:
    return torch.equal(left["weights"], right["weights"]) and left["fit"] == right["fit"]


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]


def test_no_damage_is_read_as_weights(tmp_path):
    path = tmp_path / LAST
    write_checkpoint(values(1), path)
    content, refused = path.read_bytes(), 0
    for _ in range(150):
        place = random.randrange(len(content))
        path.write_bytes(content[:place] if place % 2 else flipped(content, place))
        try:
            assert equal(read_checkpoint(path), values(1)), "damage of padding may be read, of values never"
        except DamagedCheckpoint as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 100


class Harm:
    def __reduce__(self):
        return pytest.fail, ("the file ran code",)


@pytest.mark.parametrize("kind", ["empty", "text", "pickle", "code", "packed"])
def test_what_is_no_checkpoint_is_said_in_a_line(kind, tmp_path):
    path = tmp_path / LAST
    path.write_bytes(b"" if kind == "empty" else b"no weights\n" * 99)
    if kind == "pickle":
        path.write_bytes(pickle.dumps(Harm()))
    if kind == "code":
        torch.save({"steps": Harm()}, path)
    if kind == "packed":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("archive/data.pkl", bytes(10**6))
    with pytest.raises(DamagedCheckpoint, match=r"expected a whole checkpoint.*last\.ckpt") as error:
        newest_checkpoint(path, "steps")
    assert "\n" not in str(error.value)


def test_the_one_before_is_kept_and_taken_when_the_last_is_damaged(tmp_path, caplog):
    path = tmp_path / LAST
    assert newest_checkpoint(path, "steps") is None
    for steps in (1, 2, 3):
        write_checkpoint(values(steps), path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["last-previous.ckpt", "last.ckpt"]
    source, found = newest_checkpoint(path, "steps") or pytest.fail("none")
    assert source == path and equal(found, values(3))
    path.write_bytes(path.read_bytes()[:-20])
    with caplog.at_level(logging.WARNING):
        source, found = newest_checkpoint(path, "steps") or pytest.fail("none")
    assert (
        equal(found, values(2))
        and "last.ckpt was damaged, now last.damaged: going on from last-previous" in caplog.text
    )
    write_checkpoint(values(3), path)
    assert equal(read_checkpoint(source), values(2)), "what is whole is not replaced by what is damaged"


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / LAST
    write_checkpoint(values(1), path)
    with monkeypatch.context() as patched, pytest.raises((OSError, UserError)):
        patched.setattr("pathlib.Path.write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        write_checkpoint(values(2), path)
    assert [file.name for file in tmp_path.iterdir()] == [LAST] and equal(read_checkpoint(path), values(1))


def test_the_checkpoint_of_another_program_is_left_alone(tmp_path):
    torch.save({"epoch": 3}, tmp_path / LAST)
    with pytest.raises(UserError, match=r"counts its steps, got another program's: .*last\.ckpt; move it away"):
        newest_checkpoint(tmp_path / LAST, "steps")
