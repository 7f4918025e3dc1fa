"""Everything with weights, and the paper's three verbs but `render`: photos -> avatar -> driven Gaussians. Never renders.

`network.LCA` composes the parts in the order of the figure: `encoder`, `template`, `fusion`, `decoder`, `driver`; `rig` drives
and poses. Beyond the paper, each behind a switch of its own: `photo_blocks`, `transport`.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from lca.formats.photos import Photos
    from lca.geometry.gaussians import Gaussians
    from lca.model.avatar import Avatar
    from lca.model.network import LCA


@cache
def shipped() -> "LCA":
    """The shipped checkpoint, read once."""
    from lca.model.checkpoint import load_model

    return load_model()


def reconstruct(photos: "Photos", betas: "Tensor | None" = None, stature: float | None = None) -> "Avatar":
    """Photos of one person -> avatar, by the shipped checkpoint; see `lca.model.network.LCA.reconstruct`."""
    return shipped().reconstruct(photos, betas, stature)


def drive(
    avatar: "Avatar",
    theta: "Tensor",
    eps: "Tensor | None" = None,
    psi: "Tensor | None" = None,
    translation: "Tensor | None" = None,
) -> "Gaussians":
    """Posed Gaussians of one frame or several; see `lca.model.avatar.Avatar.drive`."""
    return avatar.drive(theta, eps, psi, translation)
