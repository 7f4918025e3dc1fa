"""Relighting on the CPU in float32, without gradients: one numba kernel for a set of Gaussians."""

from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination
from lca.geometry.shadows import visibility
from lca.geometry.tone import light_from_pixels, pixels_from_light
from lca.kernels.runtime import launching
from lca.model.kernels.light import light_all

BRIGHTEST = 2.0
"""Linear light that tables reach: beyond it a pixel is white."""
ENTRIES = 4097


@cache
def tables() -> tuple[Float[ndarray, "pixels"], Float[ndarray, "lights"]]:
    """Linear light by pixel, and pixel by the square root of light over `BRIGHTEST`; the last of each stands there twice."""
    steps = torch.cat([torch.linspace(0, 1, ENTRIES), torch.ones(1)])
    return light_from_pixels(steps).numpy(), pixels_from_light(BRIGHTEST * steps**2).numpy()


def relight_fused(
    posed: Gaussians, painted: tuple[Tensor, ...], light: Illumination, bounce: Float[Tensor, "3"], eye: Tensor | None
) -> Float[Tensor, "gaussians 3"]:
    """The colours that `lca.model.materials.relight` gives one set; `painted` are exp(-baked), normals, transfer and gloss."""
    seen = [visibility(posed.means, towards) for towards in light.directions]
    arriving = torch.stack(seen, -1) if seen else posed.means.new_zeros(len(posed), 0)
    *surface, gloss = painted
    gloss = torch.stack([gloss[:, 0], gloss[:, 1].exp()], -1)
    out = np.empty((len(posed), 3), np.float32)
    with launching(len(posed)) as threads:
        light_all(
            threads,
            plain(posed.means, posed.quats_wxyz, posed.colors),
            plain(*surface, gloss),
            *plain(arriving, light.matte),
            plain(light.directions, light.colours),
            *plain(bounce, posed.means.new_zeros(0) if eye is None else eye),
            tables(),
            out,
        )
    return torch.from_numpy(out)


def plain(*tensors: Tensor) -> tuple[ndarray, ...]:
    """As the kernel reads them."""
    return tuple(x.detach().contiguous().numpy() for x in tensors)
