"""Where bodies come from: the shipped one, or a licensed SMPL-X file of the user's."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from lca.errors import UserError
from lca.geometry.body import Body
from lca.geometry.smplx_file import read_smplx

ASSETS = Path(__file__).parent.parent / "assets"
WARDROBE = ASSETS / "wardrobe.npz"
"""Meshes that morph and are skinned with the default body: garments, teeth, lashes."""


def load_body(path: str | Path | None = None) -> Body:
    """The default body (no `path`; cached, on the CPU), or a licensed SMPL-X .npz read through the `smplx` package.

    Raises:
        UserError: there is no such file, it is not an .npz, is cut short, holds pickles, or is not SMPL-X.
    """
    if path is None:
        return default_body()
    return read_smplx(Path(path))


@lru_cache(maxsize=1)
def default_body() -> Body:
    """The shipped body, lca/assets/body.npz."""
    path = ASSETS / "body.npz"
    if not path.exists():
        raise UserError(f"expected the default body at {path}, got no file: reinstall, or run tools/build_body.py")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    floats = {
        name: torch.from_numpy(arrays[name].astype(np.float32))
        for name in ("template", "shape_directions", "expression_directions")
        + ("joint_template", "joint_shape_directions", "skin_weights")
    }
    integers = {
        name: torch.from_numpy(arrays[name].astype(np.int64)) for name in ("faces", "skin_indices", "part_labels")
    }
    return Body(
        **floats,
        **integers,
        parents=tuple(arrays["parents"].tolist()),
        pose_directions=None,
        expression_names=tuple(arrays["expression_names"].tolist()),
        landmarks=dict(zip(arrays["landmark_names"].tolist(), arrays["landmark_vertices"].tolist(), strict=True)),
    )
