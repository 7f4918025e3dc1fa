"""In which number format the network multiplies: bfloat16 where the hardware does so, float32 elsewhere.

A processor without bfloat16 products has to convert every number twice, which takes longer than float32 from the start.
"""

import os
from functools import cache

import torch

from lca.errors import UserError

VARIABLE = "LCA_NUMBER_FORMAT"
"""The environment variable that overrules what the hardware says."""
FORMATS = {"bf16": torch.bfloat16, "fp32": torch.float32}
MULTIPLY_BF16 = ("amx_bf16", "avx512_bf16", "bf16", "sve_bf16")
"""What `torch.cpu.get_capabilities` calls bfloat16 products of x86 and of ARM processors."""


def multiplies(device: torch.device | str) -> torch.dtype:
    """torch.bfloat16 or torch.float32, for matrix products on `device`.

    Raises:
        UserError: LCA_NUMBER_FORMAT is neither bf16 nor fp32.
    """
    return _chosen(torch.device(device).type, os.environ.get(VARIABLE, ""))


@cache
def _chosen(kind: str, wanted: str) -> torch.dtype:
    if not wanted:
        return torch.bfloat16 if kind == "cuda" or (kind == "cpu" and _cpu_has_bf16()) else torch.float32
    if wanted not in FORMATS:
        raise UserError(f"expected {VARIABLE} to be {' or '.join(FORMATS)}, got {wanted!r}: set it so, or unset it")
    return FORMATS[wanted]


def _cpu_has_bf16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in MULTIPLY_BF16)
