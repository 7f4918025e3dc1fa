"""3D Gaussian Splatting .ply files, as the viewers read them."""

from pathlib import Path

import numpy as np
import torch

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.geometry.gaussians import Gaussians

SH_DC = 0.28209479177387814
"""The constant spherical harmonic: colour = 0.5 + SH_DC * f_dc."""
NAMES = tuple("x y z f_dc_0 f_dc_1 f_dc_2 opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3".split())


def write_ply(path: str | Path, gaussians: Gaussians) -> None:
    """Write one set of sRGB Gaussians with spherical harmonics of degree 0, binary little-endian float32.

    Convention: the file is y down, z away from the viewer (as COLMAP's worlds, which the viewers expect), so everything is
    turned by 180 degrees about x. Opacity is stored as logit, scales as logarithm in metres, rotations as w x y z.

    Raises:
        UserError: the Gaussians are a batch, or have other than three colour channels.
    """
    if gaussians.means.ndim != 2 or gaussians.colors.shape[-1] != 3:
        raise UserError(
            f"expected one set of Gaussians with 3 colours, got means {tuple(gaussians.means.shape)} "
            f"and colors {tuple(gaussians.colors.shape)}: index the batch first"
        )
    table = _columns(gaussians.map(lambda x: x.detach().float().cpu()))
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(table)}"]
    header += [f"property float {name}" for name in NAMES] + ["end_header", ""]
    with writing(path) as temporary, temporary.open("wb") as file:
        file.write("\n".join(header).encode())
        file.write(table.tobytes())


def _columns(gaussians: Gaussians) -> np.ndarray:
    """One float32 row a Gaussian in the order of `NAMES`, turned about x."""
    means, quats, scales, opacities, colors = gaussians.tensors()
    quats = torch.nn.functional.normalize(quats, dim=-1)
    w, x, y, z = quats.unbind(-1)
    turned = torch.stack([-x, w, -z, y], -1)  # the half turn about x is the quaternion (0, 1, 0, 0) on the left
    table = torch.cat(
        [
            means * torch.tensor([1.0, -1.0, -1.0]),
            (colors - 0.5) / SH_DC,
            torch.logit(opacities, 1e-6)[:, None],
            scales.clamp(min=1e-9).log(),
            turned,
        ],
        -1,
    )
    return np.ascontiguousarray(table.numpy(), dtype="<f4")
