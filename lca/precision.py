"""The number format of networks: bfloat16 where the hardware multiplies it, single precision elsewhere."""

import os
from functools import cache

import torch

from lca.errors import UserError

CHOICE = "LCA_NUMBER_FORMAT"
FORMATS = {"bf16": torch.bfloat16, "fp32": torch.float32}
MULTIPLY_BFLOAT16 = ("amx_bf16", "avx512_bf16", "bf16", "sve_bf16")
"""What torch calls products of bfloat16 on x86 and on ARM."""


def number_format(device: torch.device | str) -> torch.dtype:
    """What matrix products of networks are computed in on `device`; the environment's LCA_NUMBER_FORMAT overrules.

    On a CPU that only emulates bfloat16 it is half as fast as single precision.

    Raises:
        UserError: LCA_NUMBER_FORMAT is neither bf16 nor fp32.
    """
    chosen = os.environ.get(CHOICE)
    if chosen:
        if chosen not in FORMATS:
            raise UserError(f"expected {CHOICE} to be {' or '.join(FORMATS)}, got {chosen!r}: correct or unset it")
        return FORMATS[chosen]
    kind = torch.device(device).type
    return torch.bfloat16 if kind == "cuda" or (kind == "cpu" and cpu_multiplies_bfloat16()) else torch.float32


@cache
def cpu_multiplies_bfloat16() -> bool:
    """Whether this CPU has instructions for products of bfloat16."""
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in MULTIPLY_BFLOAT16)


def mixed_precision(device: torch.device | str) -> torch.autocast:
    """A context in which networks compute in the number format of `device`."""
    dtype = number_format(device)
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=dtype == torch.bfloat16)


def name_of(device: torch.device | str) -> str:
    """bf16 or fp32."""
    return next(name for name, dtype in FORMATS.items() if dtype == number_format(device))
