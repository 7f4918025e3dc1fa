"""Sixteen float32 side by side as a numba type, so that the kernels need no luck with LLVM's loop vectoriser.

Numba's own vectorisation is fragile: one Python `min()`, one index that might be negative, a short loop, and a kernel runs
four times slower. A `Lanes` value is an LLVM vector from the start: two AVX2 registers, one of AVX-512, four of NEON.
Inside a kernel:

    x = load(array, start)            # array[start : start + 16]
    y = select(x > 0.5, x * x, x)     # + - * / between lanes, or lanes and float32; comparisons give masks; & joins masks
    store(array, start, y)
"""

import operator

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from lca.kernels.runtime import part
from lca.kernels.scalars import inlined

WIDTH = 16
FLAGS = ("contract", "nsz", "arcp")
VECTOR = ir.VectorType(ir.FloatType(), WIDTH)
WORDS = ir.VectorType(ir.IntType(32), WIDTH)
BITS = ir.VectorType(ir.IntType(1), WIDTH)


class LanesType(types.Type):
    """Numba's type of sixteen float32."""

    def __init__(self):
        super().__init__("Lanes")


class MaskType(types.Type):
    """Numba's type of sixteen booleans."""

    def __init__(self):
        super().__init__("Mask")


lanes, mask = LanesType(), MaskType()


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    """Lanes are a first-class LLVM value."""

    def __init__(self, manager, kind):
        super().__init__(manager, kind, VECTOR)


@register_model(MaskType)
class MaskModel(models.PrimitiveModel):
    """Masks are a first-class LLVM value."""

    def __init__(self, manager, kind):
        super().__init__(manager, kind, BITS)


def _widened(builder, kind, value):
    """A float32 repeated in all lanes; lanes as they are."""
    if kind == lanes:
        return value
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, ir.Constant(VECTOR, ir.Undefined), ir.Constant(WORDS, [0] * WIDTH))


def _define_operator(symbol, result, emit):
    """Teach numba `symbol` for lanes with lanes and for lanes with float32."""

    @infer_global(symbol)  # pyright: ignore[reportOptionalCall]
    class _Typing(AbstractTemplate):
        def generic(self, arguments, keywords):
            if lanes in arguments and all(kind in (lanes, types.float32) for kind in arguments):
                return signature(result, *arguments)

    for kinds in ((LanesType, LanesType), (LanesType, types.Float), (types.Float, LanesType)):

        @lower_builtin(symbol, *kinds)
        def _lower(context, builder, sign, arguments):
            return emit(builder, *(_widened(builder, *pair) for pair in zip(sign.args, arguments, strict=True)))


for _symbol, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define_operator(_symbol, lanes, lambda builder, a, b, name=_name: getattr(builder, name)(a, b, flags=FLAGS))
for _symbol, _sign in (
    (operator.eq, "=="),
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
):
    _define_operator(_symbol, mask, lambda builder, a, b, sign=_sign: builder.fcmp_ordered(sign, a, b))


@infer_global(operator.and_)  # pyright: ignore[reportOptionalCall]
class _MaskAnd(AbstractTemplate):
    def generic(self, arguments, keywords):
        if arguments == (mask, mask):
            return signature(mask, mask, mask)


@lower_builtin(operator.and_, MaskType, MaskType)
def _lower_and(context, builder, sign, arguments):
    return builder.and_(*arguments)


def _pointer(context, builder, kind, array, start):
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [start]), VECTOR.as_pointer())


@inlined
def load(typing, array, start):
    """Sixteen neighbours of a flat float32 array; no bounds are checked."""

    def build(context, builder, sign, arguments):
        return builder.load(_pointer(context, builder, sign.args[0], *arguments), align=4)

    return lanes(array, types.intp), build


@inlined
def gather(typing, array, start, stride):
    """Every `stride`-th of a flat array, sixteen of them."""

    def build(context, builder, sign, arguments):
        data = context.make_array(sign.args[0])(context, builder, arguments[0]).data
        value, place = ir.Constant(VECTOR, ir.Undefined), arguments[1]
        for lane in range(WIDTH):
            one = builder.load(builder.gep(data, [place]), align=4)
            value = builder.insert_element(value, one, ir.Constant(ir.IntType(32), lane))
            place = builder.add(place, arguments[2])
        return value

    return lanes(array, types.intp, types.intp), build


@inlined
def root(typing, value):
    """Square roots."""

    def build(context, builder, sign, arguments):
        kind = ir.FunctionType(VECTOR, [VECTOR])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.sqrt.v16f32"), arguments)

    return lanes(lanes), build


@inlined
def store(typing, array, start, value):
    """Write sixteen neighbours."""

    def build(context, builder, sign, arguments):
        pointer = _pointer(context, builder, sign.args[0], *arguments[:2])
        builder.store(_widened(builder, sign.args[2], arguments[2]), pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), build


@inlined
def select(typing, condition, yes, no):
    """Lane by lane `yes` where the mask is set, else `no`; each is lanes or a float32."""

    def build(context, builder, sign, arguments):
        values = [_widened(builder, *pair) for pair in zip(sign.args[1:], arguments[1:], strict=True)]
        return builder.select(arguments[0], *values)

    return lanes(mask, yes, no), build


@inlined
def any_lane(typing, condition):
    """True if the mask is set anywhere."""

    def build(context, builder, sign, arguments):
        word = ir.IntType(WIDTH)
        return builder.icmp_unsigned("!=", builder.bitcast(arguments[0], word), ir.Constant(word, 0))

    return types.boolean(mask), build


@inlined
def ramp(typing):
    """0, 1, ... 15."""

    def build(context, builder, sign, arguments):
        return ir.Constant(VECTOR, [float(i) for i in range(WIDTH)])

    return lanes(), build


@inlined
def spread(typing, value):
    """A float32 in all lanes."""

    def build(context, builder, sign, arguments):
        return _widened(builder, types.float32, arguments[0])

    return lanes(types.float32), build


@inlined
def lane_sum(typing, value):
    """Sum of the lanes, by halves: always in the same order."""

    def build(context, builder, sign, arguments):
        total, size = arguments[0], WIDTH
        while size > 1:
            size //= 2
            halves = [ir.Constant(ir.VectorType(ir.IntType(32), size), list(range(i, i + size))) for i in (0, size)]
            total = builder.fadd(*(builder.shuffle_vector(total, total, half) for half in halves))
        return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

    return types.float32(lanes), build


@inlined
def _add_exponent(typing, value, shifted):
    """`value` times two to the integer held in the low bits of `shifted`."""

    def build(context, builder, sign, arguments):
        power = builder.shl(builder.bitcast(arguments[1], WORDS), ir.Constant(WORDS, [23] * WIDTH))
        return builder.bitcast(builder.add(builder.bitcast(arguments[0], WORDS), power), VECTOR)

    return lanes(lanes, lanes), build


# 2^f on [-0.5, 0.5]: minimax polynomial of degree 5, relative error 7.5e-8
C0, C1, C2 = np.float32(1.0000000716546), np.float32(0.6931469670623), np.float32(0.2402211972410)
C3, C4, C5 = np.float32(0.0555071327754), np.float32(0.0096755413240), np.float32(0.0013276470686)
MAGIC = np.float32(12582912.0)  # 1.5 * 2^23: adding it leaves round(x) in the low bits of the sum


@part
def exp2(x):
    """2^x of lanes in (-126, 126); garbage, but no trap, elsewhere."""
    shifted = x + MAGIC
    f = x - (shifted - MAGIC)
    return _add_exponent(C0 + f * (C1 + f * (C2 + f * (C3 + f * (C4 + f * C5)))), shifted)
