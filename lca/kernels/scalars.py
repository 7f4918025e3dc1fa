"""Small pieces the kernels share: bits of floats, an atomic counter, aligned scratch memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from lca.kernels.runtime import part

LINE = 16  # floats of a cache line


def inlined(emit: Callable) -> Callable[..., Any]:
    """`numba.extending.intrinsic`: a function of kernels that writes LLVM; callers leave out the first parameter."""
    return intrinsic(emit)


@inlined
def float_bits(typing, value):
    """The bits of a float32 as int32; for positive floats they sort as the floats do."""

    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), build


@inlined
def take_ticket(typing, counter):
    """Atomically add one to `counter[0]` (int64) and return what it was: threads share out tiles by it."""

    def build(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        one = context.get_constant(types.int64, 1)
        return builder.atomic_rmw("add", array.data, one, "monotonic")

    return types.int64(counter), build


@part
def aligned(size):
    """`size` float32 that begin on a cache line: lanes that straddle two lines cost double."""
    raw = np.empty(size + LINE, np.float32)
    first = (LINE - raw.ctypes.data // 4 % LINE) % LINE
    return raw[first : first + size]
