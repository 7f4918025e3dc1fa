"""How numba kernels are compiled, cached and launched safely.

Traps, all met in practice: numba's OpenMP layer hangs or dies in a forked process, its `workqueue` layer (macOS) aborts when
two threads launch at once, its cache raises at import where no directory is writable, and does not notice a change in a
function that a cached kernel calls from another file.
"""

import contextlib
import hashlib
import inspect
import os
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import torch
from numba.core.compiler_lock import global_compiler_lock

# Multiply-adds may fuse; sums keep their order, so results do not depend on how a loop was vectorised.
MATHS = {"contract", "nsz", "arcp"}
KERNEL_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": MATHS, "error_model": "numpy", "cache": True}

SOURCES = "kernels/*.py", "*/kernels/*.py", "*/conventions.py"

SMALL = 2048  # OpenMP threads wait for each other by spinning: on a busy machine each launch may cost milliseconds


def _sources_digest() -> str:
    """Eight letters that change with any kernel or convention of the package."""
    package = Path(__file__).parent.parent
    paths = [path for pattern in SOURCES for path in sorted(package.glob(pattern))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:8]


def _private_directory() -> str:
    """A cache directory of this user alone under the temporary directory (a cache is code: nobody else may write it)."""
    path = Path(tempfile.gettempdir()) / f"lca-numba-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, exist_ok=True)
        owned = not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
        if owned and not path.is_symlink() and os.access(path, os.W_OK):
            return str(path)
    return tempfile.mkdtemp(prefix="lca-numba-")


def part(function: Callable) -> Callable[..., Any]:
    """A function that is compiled into the kernels that call it."""
    return numba.njit(fastmath=MATHS, error_model="numpy")(inspect.unwrap(function))


def cached_njit(function: Callable, **options) -> Callable[..., Any]:
    """`numba.njit(cache=True)`; where neither the package nor the home directory is writable the cache moves to /tmp."""
    function = inspect.unwrap(function)  # shape checkers wrap what they find at import; numba reads bytecode
    options = KERNEL_OPTIONS | options
    try:
        return numba.njit(**options)(function)
    except RuntimeError as problem:
        if "cannot cache function" not in str(problem):
            raise
        os.environ["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR = _private_directory()  # pyright: ignore[reportAttributeAccessIssue]
        return numba.njit(**options)(function)


@dataclass(frozen=True)
class Kernel:
    """One kernel compiled twice: over numba's threads, and as a plain loop for workers and single-thread use."""

    parallel: Any
    serial: Any

    def __call__(self, threads: int, *arguments):
        """Launch on `threads` threads; the first argument of the kernel is the number of work items."""
        return (self.serial if threads == 1 else self.parallel)(threads, *arguments)


_DIGEST = _sources_digest()


def kernel(function: Callable) -> Kernel:
    """Decorator of a kernel that loops over `numba.prange`.

    Numba's cache key is the function's name and line, not its options: the twins need different names.
    """

    function = inspect.unwrap(function)

    def named(suffix: str) -> Callable:
        twin = types.FunctionType(function.__code__, function.__globals__, f"{function.__name__}_{suffix}_{_DIGEST}")
        twin.__qualname__, twin.__doc__, twin.__module__ = twin.__name__, function.__doc__, function.__module__
        return twin

    return Kernel(cached_njit(named("parallel"), parallel=True), cached_njit(named("serial")))


_state = {"lock": threading.RLock(), "forked": False}


@contextlib.contextmanager
def launching(work: int) -> Iterator[int]:
    """Hold the lock round kernel launches; yields the number of threads to use.

    One in a forked process, in a DataLoader worker and for little work (a number like that of Gaussians, see SMALL),
    elsewhere torch's number of threads.
    """
    with _state["lock"]:
        alone = work < SMALL or _state["forked"] or torch.utils.data.get_worker_info() is not None
        limit = numba.config.NUMBA_NUM_THREADS  # pyright: ignore[reportAttributeAccessIssue]
        yield 1 if alone else max(1, min(torch.get_num_threads(), limit))


def _before_fork() -> None:
    """No fork while a kernel runs or compiles: the child would inherit a lock that nobody releases."""
    _state["lock"].acquire()
    global_compiler_lock.acquire()


def _after_fork_in_parent() -> None:
    global_compiler_lock.release()
    _state["lock"].release()


def _after_fork_in_child() -> None:
    global_compiler_lock.release()
    _state["lock"], _state["forked"] = threading.RLock(), True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
