"""`lca.world.light.shader.shade` once more, as equations on whole arrays: what the fused kernel is tested and timed against."""

import numpy as np
from jaxtyping import Bool, Float32, Int
from numpy import ndarray

from lca.world.paint.materials import HAIR, SKIN

BATCH = 2048
"""Hits at a time: an array holds a number for each of them and each light."""


def shade(
    surface: Float32[ndarray, "hits numbers"],
    groups: Int[ndarray, " hits"],
    first: Int[ndarray, " hits_and_one"],
    blocked: Bool[ndarray, " rays"],
    directions: Float32[ndarray, "lights 3"],
    radiance: Float32[ndarray, "lights 3"],
    stride: int,
) -> Float32[ndarray, "hits 3"]:
    """Linear RGB of the lit surfaces; `blocked` tells of each shadow ray (see `shadow_rays`) whether something is in its way."""
    out = np.zeros((len(surface), 3), np.float32)
    around = 0.10 * radiance.mean(0)
    for start in range(0, len(surface), BATCH):
        rows = slice(start, start + BATCH)
        s = surface[rows].astype(np.float64)
        normal, view, colour, tangent = s[:, 3:6], s[:, 6:9], s[:, 9:12], s[:, 15:18]
        specular, exponent, kind = s[:, 12:13], s[:, 13:14], s[:, 14:15]
        x, y, z = (surface[rows, 3 + axis, None] * directions[:, axis] for axis in range(3))
        cosine = (x + y + z).astype(np.float64)  # rounded as in `shadow_rays`, which decides by its sign
        own = (np.arange(len(directions)) - groups[rows, None]) % stride == 0
        lit = own & (np.arange(len(directions)) >= groups[rows, None]) & (cosine > 0)
        lit[lit] = ~blocked[first[start] : first[min(start + BATCH, len(surface))]]
        half = view[:, None] + directions
        half /= np.linalg.norm(half, axis=-1, keepdims=True) + 1e-12
        along = (tangent[:, None] * half).sum(-1)
        across = np.maximum(1 - along**2, 0)
        facing = np.maximum(1 - (view[:, None] * half).sum(-1), 0)
        fresnel = specular + (1 - specular) * facing**5 * (specular > 0)
        lobe = (exponent + 8) / 25 * np.maximum((normal[:, None] * half).sum(-1), 0) ** exponent
        white = np.where(kind == HAIR, 0.5 * specular * across**exponent, fresnel * lobe) * cosine * lit
        tint = np.where(kind == HAIR, 1.2 * specular * across ** (0.3 * exponent), 0.0) * cosine * lit
        matte = np.where(kind == HAIR, 0.75, 1.0) * cosine * lit
        warm = np.where(kind == SKIN, 0.22 * (1 - cosine), 0.0) * matte
        diffuse = matte @ radiance + (warm @ radiance) * [1.0, 0.3, 0.3]
        gloss = white @ radiance + colour * (tint @ radiance)
        out[rows] = colour * (4 * stride / len(directions) * diffuse + around) + 4 * stride / len(directions) * gloss
    return out
