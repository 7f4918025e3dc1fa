"""Compressed splat files, .spz version 3 (https://github.com/nianticlabs/spz): a gzip of one plane of bytes per attribute."""

import gzip
import struct
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.splats import as_splats, to_byte
from lca.geometry.gaussians import Gaussians

MAGIC, VERSION = 0x5053474E, 3
FRACTION_BITS = 14
"""Places are whole multiples of 2^-14 m, 0.06 mm, in 24 bits with sign."""
REACH = 2 ** (23 - FRACTION_BITS)
# Opacity bytes stay within 1 and 254: readers turn 0 and 255 into infinite logits.
COLOUR_SCALE = 0.15
"""Colour bytes hold 0.5 + 0.15 f_dc: a little more than the colours there are."""


def write_spz(path: str | Path, gaussians: Gaussians) -> None:
    """Write one set of sRGB Gaussians: spherical harmonics of degree 0, 20 bytes a Gaussian before compression.

    Convention: y up, the viewer on the side of +z, as our world. Errors: places 0.03 mm, scales 3%, rotations a quarter of a
    degree, opacities and colours 0.002 and 0.004.

    Raises:
        UserError: the Gaussians are a batch, not finite, have other than three colour channels, or lie beyond 512 m.
    """
    splats = as_splats(gaussians)
    farthest = float(np.abs(splats.means).max(initial=0.0))
    if farthest >= REACH:
        raise UserError(
            f"expected Gaussians within {REACH} m of the origin, got one at {farthest:.0f} m: move them closer"
        )
    fixed = np.rint(splats.means * 2**FRACTION_BITS).astype("<i4")
    planes = [
        np.ascontiguousarray(fixed[..., None]).view(np.uint8)[..., :3],
        to_byte(255 * splats.opacities).clip(1, 254),
        to_byte(255 * (COLOUR_SCALE * splats.f_dc + 0.5)),
        to_byte(16 * (np.log(splats.scales) + 10)),
        smallest_three(splats.quats_xyzw),
    ]
    header = struct.pack("<3I4B", MAGIC, VERSION, len(splats), 0, FRACTION_BITS, 0, 0)
    with writing(path) as temporary:
        temporary.write_bytes(gzip.compress(header + b"".join(plane.tobytes() for plane in planes), mtime=0))


def smallest_three(quats_xyzw: Float32[ndarray, "gaussians 4"]) -> UInt8[ndarray, "gaussians 4"]:
    """Unit quaternions as 32 bits: which component is the largest (2), and sign and size (1 + 9) of each of the others.

    The largest is made positive and follows from the others, which are at most sqrt(1/2) in size.
    """
    largest = np.abs(quats_xyzw).argmax(-1)
    others = quats_xyzw[np.arange(4) != largest[:, None]].reshape(-1, 3)
    flipped = np.take_along_axis(quats_xyzw, largest[:, None], -1) < 0
    sizes = np.rint(np.abs(others) * np.float32(511 * np.sqrt(2))).astype(np.uint32).clip(max=511)
    fields = sizes | (((others < 0) ^ flipped).astype(np.uint32) << 9)
    bits = largest.astype(np.uint32) << 30 | fields[:, 0] << 20 | fields[:, 1] << 10 | fields[:, 2]
    return bits.astype("<u4")[:, None].view(np.uint8)
