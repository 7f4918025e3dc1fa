"""Vector instructions, forked workers, concurrent callers, a read-only home."""

import concurrent.futures
import os
import re
import subprocess
import sys

import numba
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from lca.kernels import runtime
from lca.render import render
from lca.render.kernels.tiles import blend_all
from lca.render.kernels.tiles_backward import differentiate_all
from tests.render.scenes import cameras, cloud

PACKED = {
    "x86_64": r"vfn?m(add|sub)\d+ps\s.*[yz]mm",
    "AMD64": r"vfn?m(add|sub)\d+ps\s.*[yz]mm",
    "arm64": r"fml[as]\s.*\.4s",
}


class Pictures(Dataset):
    """Renders in whatever process asks."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> torch.Tensor:
        gaussians = cloud(2500, seed=index)
        gaussians.means.requires_grad_()
        image = render(gaussians, cameras(1)[0]).image
        image.sum().backward()
        assert gaussians.means.grad is not None
        return torch.cat([image.detach().flatten(), gaussians.means.grad.flatten()])


@pytest.mark.parametrize("kernel", [blend_all, differentiate_all])
def test_tile_kernels_are_packed_multiply_adds(kernel):
    machine = os.uname().machine if hasattr(os, "uname") else "AMD64"
    if machine not in PACKED:
        pytest.skip(f"no pattern for {machine}")
    floats, ints = numba.types.float32, numba.types.int64
    flat, table, whole = floats[::1], floats[:, ::1], numba.types.int32
    shared = (ints, ints[::1], whole[::1], whole[:, ::1], table, table, numba.types.UniTuple(ints, 4))
    rest = (numba.types.UniTuple(ints, 2), flat, numba.types.UniTuple(flat, 3))
    rest += (numba.types.UniTuple(flat, 3), flat) if kernel is differentiate_all else ()
    fresh = runtime.cached_njit(kernel.serial.py_func, cache=False)
    fresh.compile((*shared, *rest))
    (assembly,) = fresh.inspect_asm().values()
    assert len(re.findall(PACKED[machine], assembly)) >= 11


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_workers_draw_the_same_pictures():
    here = [Pictures()[i] for i in range(4)]
    context = torch.multiprocessing.get_context("fork")
    there = DataLoader(Pictures(), batch_size=None, num_workers=2, multiprocessing_context=context, timeout=120)
    for a, b in zip(here, there, strict=True):
        assert torch.equal(a, b)


def test_threads_may_draw_at_once():
    expected = [Pictures()[i] for i in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(Pictures().__getitem__, [0, 1, 2, 3] * 3))
    for i, result in enumerate(results):
        assert torch.equal(result, expected[i % 4])


def test_threads_follow_torch():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        with runtime.launching(10**6) as threads:
            assert threads == 1
        torch.set_num_threads(2)
        with runtime.launching(10**6) as threads, runtime.launching(1) as few:
            assert threads == min(2, os.cpu_count() or 1) and few == 1
    finally:
        torch.set_num_threads(before)


def test_cache_moves_where_nothing_is_writable(monkeypatch, tmp_path):
    calls: list[str] = []

    def refuses_once(**options):
        calls.append(getattr(numba.config, "CACHE_DIR"))  # noqa: B009
        if len(calls) == 1:
            raise RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")
        return lambda function: function

    monkeypatch.setattr(numba, "njit", refuses_once)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(runtime.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    assert runtime.cached_njit(lambda x: x + 1)(1) == 2
    assert calls[0] == "" and calls[1].startswith(str(tmp_path))
    assert os.environ["NUMBA_CACHE_DIR"] == calls[1] and os.stat(calls[1]).st_mode & 0o077 == 0


def test_other_errors_of_the_compiler_are_not_hidden(monkeypatch):
    def fails(**options):
        raise RuntimeError("something else")

    monkeypatch.setattr(numba, "njit", fails)
    with pytest.raises(RuntimeError, match="something else"):
        runtime.cached_njit(lambda x: x)


def test_importing_the_package_loads_no_backend():
    check = "import sys, lca.render; print([m for m in ('numba', 'gsplat', 'lca.render.cpu') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
