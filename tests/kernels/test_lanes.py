"""The vector type against numpy."""

import numpy as np
import pytest

from lca.kernels.lanes import WIDTH, any_lane, exp2, gather, lane_sum, load, ramp, root, select, spread, store
from lca.kernels.runtime import cached_njit


def run(kernel, *arrays: np.ndarray) -> np.ndarray:
    """Call a kernel that fills its last argument with sixteen floats."""
    out = np.full(WIDTH, np.nan, np.float32)
    cached_njit(kernel, cache=False)(*arrays, out)
    return out


def floats(low: float = -2.0, high: float = 2.0, count: int = WIDTH) -> np.ndarray:
    """Random float32."""
    return np.random.default_rng(0).uniform(low, high, count).astype(np.float32)


def test_arithmetic_and_masks():
    def kernel(a, b, out):
        x, y = load(a, 0), load(b, 0)
        z = (x + y) * (x - y) / y + b[3] * x - (y + a[2])
        store(out, 0, select((z > x) & (y <= b[1]), z, y))

    a, b = floats(), floats(0.5, 3.0)
    z = (a + b) * (a - b) / b + b[3] * a - (b + a[2])
    np.testing.assert_allclose(run(kernel, a, b), np.where((z > a) & (b <= b[1]), z, b), rtol=1e-5)


def test_exp2_over_its_range():
    def kernel(a, out):
        store(out, 0, exp2(load(a, 0)))

    for start in np.linspace(-120, 110, 47):
        x = np.linspace(start, start + 5, WIDTH).astype(np.float32)
        np.testing.assert_allclose(run(kernel, x), np.exp2(x.astype(np.float64)), rtol=2.5e-7)


def test_memory_and_reductions():
    def kernel(a, out):
        store(out, 0, root(gather(a, 2, 3)) + ramp() + spread(a[0]) * lane_sum(load(a, 5)))

    a = floats(0.0, 1.0, 64)
    expected = np.sqrt(a[2 : 2 + 3 * WIDTH : 3]) + np.arange(WIDTH) + a[0] * a[5 : 5 + WIDTH].sum()
    np.testing.assert_allclose(run(kernel, a), expected, rtol=1e-6)


@pytest.mark.parametrize("lane", [None, 0, 9, 15])
def test_any_lane(lane):
    def kernel(a, out):
        out[:] = 1.0 if any_lane(load(a, 0) > np.float32(0.0)) else 0.0

    a = np.zeros(WIDTH, np.float32)
    if lane is not None:
        a[lane] = 1.0
    assert run(kernel, a)[0] == (lane is not None)
