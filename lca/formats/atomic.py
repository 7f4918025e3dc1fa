"""Files, and folders of files, appear whole or not at all, and a folder has one writer.

What is being written has a hidden name beside its target and is locked by its process. A killed process leaves it behind: the
next one that writes into the folder removes what nobody has locked.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lca.errors import UserError

HIDDEN = re.compile(r"\..*\.lca-[0-9a-f]{8}\.tmp(\..*)?")
STALE = 60.0
"""Seconds after which an unlocked temporary file is one of a process that has ended, and not one that is about to lock it."""
LONGEST_STEM = 40
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""What a disk says, whichever name it was asked for."""


class NotWritten(UserError, OSError):
    """A file or folder that could not be written; `errno` says why."""

    def __init__(self, message: str, number: int | None = None):
        super().__init__(message)
        self.errno = number

    def __reduce__(self) -> tuple:
        """Comes whole from another process."""
        return NotWritten, (str(self), self.errno)


@contextmanager
def writing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` (same suffix); rename it to `path` if the block succeeds, delete it if not.

    A link stays one: its target is written. So do a device and a pipe: they are written when all is there. A new file has the
    permissions that the umask leaves, one that is replaced keeps its own.

    Raises:
        NotWritten: the disk is full, the place is not writable, or a folder has the name; says so of `path`.
    """
    path = Path(path)
    if path.is_dir():
        raise NotWritten(f"expected a file to write, got a folder: {path}; add a name", errno.EISDIR)
    if path.exists() and not path.is_file():
        with (
            tempfile.TemporaryDirectory(prefix="lca-") as folder,
            _told_of(path, Path(folder) / path.name) as temporary,
        ):
            yield temporary
            with temporary.open("rb") as source, path.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        return
    target = Path(os.path.realpath(path))
    with _told_of(path, _hidden(target)) as temporary:
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        with _locked(handle, lambda: temporary.unlink(missing_ok=True)):
            mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
            yield temporary
            if mode is not None:
                temporary.chmod(mode)
            temporary.replace(target)


def check_place(path: str | Path) -> None:
    """Before long work: whether `writing` could begin. Nothing is made yet.

    Raises:
        NotWritten: a folder has the name, or there is no place for the file: no folder can be there, or none that may be written
            into, or the disk is full.
    """
    path = Path(path)
    if path.is_dir():
        raise NotWritten(f"expected a file to write, got a folder: {path}; add a name", errno.EISDIR)
    if path.exists() and not path.is_file():
        return
    target = Path(os.path.realpath(path))
    folder = next(above for above in target.parents if above.exists())
    number = 0
    if not folder.is_dir():
        number = errno.ENOTDIR
    elif not os.access(folder, os.W_OK | os.X_OK):
        number = errno.EACCES
    elif not shutil.disk_usage(folder).free:
        number = errno.ENOSPC
    if number:
        raise NotWritten(_refusal(path, os.strerror(number)), number)


@contextmanager
def writing_folder(path: str | Path) -> Iterator[Path]:
    """The same for a new folder: yield an empty temporary one beside `path`, which becomes `path` if the block succeeds."""
    path = Path(path)
    with _told_of(path, _hidden(path)) as temporary:
        temporary.mkdir()
        with _locked(os.open(temporary, os.O_RDONLY), lambda: shutil.rmtree(temporary, ignore_errors=True)):
            yield temporary
            temporary.rename(path)


@contextmanager
def new_file(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    """Yield the first of `stem_001`, `stem_002` ... that nobody has, and keep it from everybody else.

    A locked, hidden file keeps the name, so that a killed process leaves no file and the name free.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}_001{suffix}"
    number = 1
    while (give_back := _kept(path)) is None:
        number += 1
        path = folder / f"{stem}_{number:03d}{suffix}"
    try:
        yield path
    finally:
        give_back()


def _kept(path: Path) -> Callable[[], None] | None:
    """Keep a name that nobody has, and return what gives it back; None if somebody has it."""
    if path.exists():
        return None
    hidden = path.with_name(f".{path.stem}.lca-00000000.tmp{path.suffix}")
    handle = os.open(hidden, os.O_CREAT | os.O_RDWR, 0o666)
    free = True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        free = False
    except OSError:  # a file system without locks: the name is kept as long as nobody else asks
        pass

    def give_back() -> None:
        hidden.unlink(missing_ok=True)
        os.close(handle)

    ours = free and os.fstat(handle).st_nlink > 0  # else somebody has just given it back, and it is nobody's
    if ours and not path.exists():
        return give_back
    if ours:
        give_back()
    else:
        os.close(handle)
    return None


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from writing into an existing folder, or file; the lock leaves no file and ends with the process.

    Raises:
        UserError: another process holds it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                f"expected {folder} to be free, got another process writing into it: let it finish"
            ) from error
        yield
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove temporary files and folders of ours that nobody has locked: those of processes that were killed."""
    for entry in list(os.scandir(folder)):
        with suppress(OSError, UserError):
            about = entry.stat(follow_symlinks=False)
            kind = stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)
            ours = kind and HIDDEN.fullmatch(entry.name) and about.st_uid == os.geteuid()
            if ours and time.time() - about.st_mtime > STALE:
                with only_writer(Path(entry.path)):
                    shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)


def _hidden(target: Path) -> Path:
    """A name beside `target` that nobody has and `sweep` knows."""
    return target.with_name(f".{target.stem[:LONGEST_STEM]}.lca-{secrets.token_hex(4)}.tmp{target.suffix}")


@contextmanager
def _locked(handle: int, clear: Callable[[], object]) -> Iterator[None]:
    """Keep `sweep` away from an open file or folder until the block ends, then close it and `clear` it away."""
    try:
        with suppress(OSError):  # a file system without locks keeps what killed processes leave
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
        clear()


@contextmanager
def _told_of(path: Path, temporary: Path) -> Iterator[Path]:
    """Yield `temporary`, in a folder that is there and swept; what the disk says of it is said of `path`."""
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        sweep(temporary.parent)
        yield temporary
    except OSError as error:
        if isinstance(error, NotWritten) or not (error.errno in DISK or _names(error, temporary, path)):
            raise
        raise NotWritten(_refusal(path, error.strerror or str(error)), error.errno) from error


def _refusal(path: Path, why: str) -> str:
    return f"expected to write {path}, got: {why}; make room, or name a file elsewhere"


def _names(error: OSError, *paths: Path) -> bool:
    """Whether the error is about one of these, or about what is in it."""
    named = {str(name) for name in (error.filename, error.filename2) if name is not None}
    return any(name == str(path) or name.startswith(f"{path}{os.sep}") for name in named for path in paths)
