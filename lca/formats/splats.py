"""What every splat file starts from: one set of Gaussians as plain arrays, and the two frames the formats want.

The frames are right-handed. glTF and .spz have y up and the viewer on the side of +z, as our world has; .ply and .splat are y
down, z away from the viewer (as COLMAP's worlds), which is our world turned by half a turn about x.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.errors import UserError
from lca.geometry.gaussians import Gaussians

SH_DC = 0.28209479177387814
"""The constant spherical harmonic: colour = 0.5 + SH_DC * f_dc."""


@dataclass(frozen=True)
class Splats:
    """One set of sRGB Gaussians in metres: unit quaternions, scales above zero, opacities in [0, 1]."""

    means: Float32[ndarray, "gaussians 3"]
    quats_wxyz: Float32[ndarray, "gaussians 4"]
    scales: Float32[ndarray, "gaussians 3"]
    opacities: Float32[ndarray, "gaussians"]
    colors: Float32[ndarray, "gaussians 3"]

    def __len__(self) -> int:
        """Number of Gaussians."""
        return len(self.means)

    @property
    def f_dc(self) -> Float32[ndarray, "gaussians 3"]:
        """Coefficients of the constant spherical harmonic."""
        return (self.colors - np.float32(0.5)) / np.float32(SH_DC)

    @property
    def quats_xyzw(self) -> Float32[ndarray, "gaussians 4"]:
        """The real part last, as glTF and .spz have it."""
        return np.roll(self.quats_wxyz, -1, axis=1)


def as_splats(gaussians: Gaussians) -> Splats:
    """Check one set of Gaussians and take it out of torch.

    Raises:
        UserError: a batch, other than three colour channels, or numbers that are not finite.
    """
    if gaussians.means.ndim != 2 or gaussians.colors.shape[-1] != 3:
        raise UserError(
            f"expected one set of Gaussians with 3 colours, got means {tuple(gaussians.means.shape)} "
            f"and colors {tuple(gaussians.colors.shape)}: index the batch first"
        )
    means, quats, scales, opacities, colors = (x.detach().float().cpu() for x in gaussians.tensors())
    if not all(tensor.isfinite().all() for tensor in (means, quats, scales, opacities, colors)):
        raise UserError("expected Gaussians of finite numbers, got NaN or infinity: create the avatar again")
    quats = torch.nn.functional.normalize(quats, dim=-1)
    tensors = means, quats, scales.clamp(min=1e-9), opacities.clamp(0, 1), colors
    return Splats(*(x.contiguous().numpy() for x in tensors))


def half_turn(splats: Splats) -> Splats:
    """The same Gaussians with y down and z away from the viewer."""
    w, x, y, z = splats.quats_wxyz.T
    turned = np.stack([-x, w, -z, y], -1)  # the half turn about x is the quaternion (0, 1, 0, 0) on the left
    return replace(splats, means=splats.means * np.array([1, -1, -1], np.float32), quats_wxyz=turned)


def to_byte(values: Float32[ndarray, "..."]) -> ndarray:
    """0 to 255 from numbers on that scale, rounded and clamped."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
