"""Files appear whole or not at all, under the user's name, with the user's permissions, and nothing is left behind."""

import errno
import os
import pickle
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from lca.errors import UserError
from lca.formats.atomic import NotWritten, check_place, new_file, only_writer, writing, writing_folder


@contextmanager
def small_disk(most):
    """No file may grow beyond `most` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def umask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def write(path, content=b"new"):
    with writing(path) as temporary:
        temporary.write_bytes(content)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_place_is_judged_and_nothing_made(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for good in ("file", "new", "made/below/new"):
        check_place(tmp_path / good)
    check_place("/dev/null")
    for bad, message in (("folder", "got a folder"), ("file/below/new", "Not a directory; make room, or name")):
        with pytest.raises(NotWritten, match=message):
            check_place(tmp_path / bad)
    with monkeypatch.context() as patch, pytest.raises(NotWritten, match="Permission denied"):
        patch.setattr(os, "access", lambda *_: False)
        check_place(tmp_path / "new")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=9, used=9, free=0))
    with pytest.raises(NotWritten, match="No space left on device") as error:
        check_place(tmp_path / "new")
    assert error.value.errno == errno.ENOSPC and not (tmp_path / "made").exists()


def test_a_full_disk_is_one_line_that_names_the_file_of_the_user(tmp_path):
    (tmp_path / "a.avatar").write_bytes(b"old")
    with (
        small_disk(1000),
        pytest.raises(UserError, match=r"expected to write .*/a\.avatar, got: File too large") as error,
    ):
        write(tmp_path / "a.avatar", bytes(10**5))
    assert ".lca-" not in str(error.value) and "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.avatar"] and (tmp_path / "a.avatar").read_bytes() == b"old"


def test_what_is_no_fault_of_the_disk_is_left_alone(tmp_path):
    with pytest.raises(FileNotFoundError), writing(tmp_path / "a"):
        (tmp_path / "missing").read_bytes()
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "a"):
        print(1 / 0)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_says_why_and_who_catches_system_errors_still_does(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path, number in ((tmp_path, errno.EISDIR), (tmp_path / "x" / ("n" * 300), errno.ENAMETOOLONG)):
        with pytest.raises(OSError) as error:
            write(path)
        assert isinstance(error.value, UserError) and error.value.errno == number and str(path) in str(error.value)
        again = pickle.loads(pickle.dumps(error.value))
        assert type(again) is NotWritten and again.errno == number and str(again) == str(error.value)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_files_and_folders_have_what_the_umask_leaves(tmp_path, mask):
    with umask(mask):
        write(tmp_path / "a")
        with writing_folder(tmp_path / "f") as folder:
            (folder / "x").touch()
    assert mode(tmp_path / "a") == 0o666 & ~mask and mode(tmp_path / "f") == 0o777 & ~mask


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path):
    write(tmp_path / "a")
    (tmp_path / "a").chmod(0o600)
    write(tmp_path / "a", b"newer")
    assert mode(tmp_path / "a") == 0o600 and (tmp_path / "a").read_bytes() == b"newer"


def test_a_link_stays_one_and_its_target_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    for name in ("there", "not_yet"):
        (tmp_path / name).symlink_to(tmp_path / "real" / name)
    (tmp_path / "real/there").write_bytes(b"old")
    for name in ("there", "not_yet"):
        write(tmp_path / name)
        assert (tmp_path / name).is_symlink() and (tmp_path / "real" / name).read_bytes() == b"new"


def test_pipes_and_devices_are_written_and_stay(tmp_path):
    os.mkfifo(pipe := tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe, bytes(10**5))
    reader.join(20)
    assert read == [bytes(10**5)] and pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]
    write("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(NotWritten, match="/dev/full, got: No space left"):
        write("/dev/full")


KILLED = """
import os, sys, time
from lca.formats.atomic import writing, writing_folder
with writing(sys.argv[1]) as temporary, writing_folder(sys.argv[2]) as folder:
    temporary.write_bytes(b"half")
    (folder / "half").write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_what_killed_processes_leave_is_swept_at_the_next_write(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path / "a.png"), str(tmp_path / "f")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"writing\n"
        left = sorted(tmp_path.iterdir())
        for path in left:
            os.utime(path, (1, 1))
        write(tmp_path / "b")
        assert sorted(tmp_path.iterdir()) == [*left, tmp_path / "b"], "a process that lives keeps its own"
        process.kill()
        process.wait()
    (tmp_path / ".mine.tmp").touch()
    write(tmp_path / "c")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".mine.tmp", "b", "c"]


def test_a_young_file_is_not_swept(tmp_path):
    (young := tmp_path / ".a.lca-01234567.tmp.png").touch()
    write(tmp_path / "b")
    assert young.exists()
    os.utime(young, (time.time() - 100, time.time() - 100))
    with only_writer(young):
        write(tmp_path / "b")
        assert young.exists()
    write(tmp_path / "b")
    assert not young.exists()


def claim(folder):
    with new_file(folder, "film", ".mp4") as path:
        write(path, os.urandom(8))
    return path.name


def test_everybody_gets_a_name_of_their_own(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(claim, [tmp_path / "out"] * 40))
    assert sorted(names) == [f"film_{number:03d}.mp4" for number in range(1, 41)]
    assert len({path.read_bytes() for path in (tmp_path / "out").iterdir()}) == 40


def test_a_name_is_free_again_if_nothing_was_written(tmp_path):
    with pytest.raises(ZeroDivisionError), new_file(tmp_path, "film", ".mp4") as path:
        assert claim(tmp_path) == "film_002.mp4" and print(1 / 0)
    assert claim(tmp_path) == path.name == "film_001.mp4"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film_001.mp4", "film_002.mp4"]


NAMED_KILLED = """
import os, pathlib, signal, sys
from lca.formats.atomic import new_file
with new_file(pathlib.Path(sys.argv[1]), "film", ".mp4"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_no_empty_file_and_its_name_free(tmp_path):
    subprocess.run([sys.executable, "-c", NAMED_KILLED, str(tmp_path)], check=False)
    assert not list(tmp_path.glob("film*"))
    assert claim(tmp_path) == "film_001.mp4"
    assert [path.name for path in tmp_path.iterdir()] == ["film_001.mp4"]
