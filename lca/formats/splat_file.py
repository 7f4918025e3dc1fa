"""The .splat files of the first viewers on the web: 32 bytes a Gaussian, no header."""

from pathlib import Path

import numpy as np

from lca.formats.atomic import writing
from lca.formats.splats import as_splats, half_turn, to_byte
from lca.geometry.gaussians import Gaussians

ROW = np.dtype([("means", "<f4", 3), ("scales", "<f4", 3), ("rgba", "u1", 4), ("quats_wxyz", "u1", 4)])


def write_splat(path: str | Path, gaussians: Gaussians) -> None:
    """Write one set of sRGB Gaussians.

    Convention: y down, z away from the viewer, as in .ply. Scales are metres; colour and opacity bytes are 255 times the value,
    a component q of a rotation is the byte 128 q + 128: rotations come back within a degree, places exactly.

    Raises:
        UserError: the Gaussians are a batch, not finite, or have other than three colour channels.
    """
    splats = half_turn(as_splats(gaussians))
    rows = np.empty(len(splats), ROW)
    rows["means"], rows["scales"] = splats.means, splats.scales
    rows["rgba"] = to_byte(255 * np.concatenate([splats.colors, splats.opacities[:, None]], -1))
    rows["quats_wxyz"] = to_byte(128 * splats.quats_wxyz + 128)
    with writing(path) as temporary:
        temporary.write_bytes(rows.tobytes())
