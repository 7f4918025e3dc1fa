"""3D Gaussian Splatting .ply files, as the viewers read them."""

from pathlib import Path

import numpy as np

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.splats import as_splats, half_turn
from lca.geometry.gaussians import Gaussians

PLACE, COLOUR = ("x", "y", "z"), ("f_dc_0", "f_dc_1", "f_dc_2")
SHAPE = ("opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3")
PADDING = {0: ((), ()), 3: (("nx", "ny", "nz"), tuple(f"f_rest_{k}" for k in range(45)))}
"""Columns of zeros by degree: those after the place and those after the colour."""


def write_ply(path: str | Path, gaussians: Gaussians, sh_degree: int = 0) -> None:
    """Write one set of sRGB Gaussians, binary little-endian float32; colours are spherical harmonics of degree 0.

    With `sh_degree` 3 the columns of normals and of the degrees 1 to 3 are there and zero: the layout of the original
    training code, on which some importers insist.

    Convention: y down, z away from the viewer. Opacity is stored as logit, scales as logarithm in metres, rotations as w x y z.

    Raises:
        UserError: the Gaussians are a batch, not finite, or have other than three colour channels; another degree.
    """
    if sh_degree not in PADDING:
        raise UserError(f"expected spherical harmonics of degree 0 or 3, got {sh_degree}: choose one of them")
    normals, rest = PADDING[sh_degree]
    names = [*PLACE, *normals, *COLOUR, *rest, *SHAPE]
    splats = half_turn(as_splats(gaussians))
    opacities = np.clip(splats.opacities, np.float32(1e-6), np.float32(1 - 1e-6))
    table = np.zeros((len(splats), len(names)), "<f4")
    table[:, :3] = splats.means
    table[:, 3 + len(normals) : 6 + len(normals)] = splats.f_dc
    table[:, -8] = np.log(opacities / (1 - opacities))
    table[:, -7:-4] = np.log(splats.scales)
    table[:, -4:] = splats.quats_wxyz
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(table)}"]
    header += [f"property float {name}" for name in names] + ["end_header", ""]
    with writing(path) as temporary, temporary.open("wb") as file:
        file.write("\n".join(header).encode())
        file.write(table.tobytes())
