"""Scalar building blocks of the kernels: bits of floats, a polynomial exp2 and an atomic counter.

They are inlined into the cached kernels of the other files. `exp2` must stay free of branches and calls: it sits in
the 16-lane loops that LLVM turns into packed instructions.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from lca.render.runtime import MATHS

# exp2(f) on [-0.5, 0.5]; Chebyshev fit of degree 5, relative error 7.5e-8.
C0, C1, C2 = np.float32(1.0000000716546), np.float32(0.6931469670623), np.float32(0.2402211972410)
C3, C4, C5 = np.float32(0.0555071327754), np.float32(0.0096755413240), np.float32(0.0013276470686)
MAGIC = np.float32(12582912.0)  # 1.5 * 2^23: adding it leaves round(x) in the low bits of the sum


@intrinsic
def scale_exponent(typing, value, shifted):
    """`value` times two to the integer held in the low bits of `shifted`, by adding to the exponent bits."""

    def build(context, builder, signature, arguments):
        word = ir.IntType(32)
        power = builder.shl(builder.bitcast(arguments[1], word), ir.Constant(word, 23))
        return builder.bitcast(builder.add(builder.bitcast(arguments[0], word), power), ir.FloatType())

    return types.float32(types.float32, types.float32), build


@intrinsic
def float_bits(typing, value):
    """The bits of a float32 as int32; for positive floats they sort as the floats do."""

    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), build


@intrinsic
def take_ticket(typing, counter):
    """Atomically add one to `counter[0]` (int64) and return what it was: threads share out tiles by it."""

    def build(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        one = context.get_constant(types.int64, 1)
        return builder.atomic_rmw("add", array.data, one, "monotonic")

    return types.int64(counter), build


@njit(fastmath=MATHS, error_model="numpy")
def exp2(x):
    """2^x for float32 x in (-126, 126)."""
    shifted = x + MAGIC
    f = x - (shifted - MAGIC)
    polynomial = C0 + f * (C1 + f * (C2 + f * (C3 + f * (C4 + f * C5))))
    return scale_exponent(polynomial, shifted)


@njit(fastmath=True, error_model="numpy")
def lane_sum(lanes, start):
    """Sum of 16 neighbouring floats (any order: it is a fixed one)."""
    total = np.float32(0.0)
    for k in range(16):
        total += lanes[start + k]
    return total
