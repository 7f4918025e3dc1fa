"""Random numbers by name: each attribute of a person draws from its own generator.

A new attribute takes a new name and leaves what was drawn for all others as it is.
"""

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator of attribute `name` of person `seed` (a non-negative integer)."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(name.encode())]))
