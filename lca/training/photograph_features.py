"""A perceptual term that has seen photographs, in the place of the paper's LPIPS: features of EfficientNet-Lite0.

As Zhang et al. (2018) compare pictures: by features of a network trained on photographs, each pixel's scaled to length one, at
several strides; here without weights fitted to what people judge alike.
"""

import io
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.formats.network_files import BACKBONE, network_bytes
from lca.model.efficientnet import EfficientNetLite, folded

DEEPEST = 8
"""Largest stride of the features that are compared."""


def photograph_weights() -> dict[str, Tensor]:
    """The state of an `EfficientNetLite` that has seen photographs.

    Raises:
        UserError: the file is not here (`lca networks --training` fetches it), or is not the pinned one.
    """
    return folded(torch.load(io.BytesIO(network_bytes(BACKBONE.name)), weights_only=True))


@cache
def _network(device: torch.device) -> EfficientNetLite:
    network = EfficientNetLite()
    network.load_state_dict(photograph_weights())
    return network.requires_grad_(False).to(device)


def feature_loss(picture: Float[Tensor, "images 3 h w"], truth: Float[Tensor, "images 3 h w"]) -> Tensor:
    """Mean squared distance of the features of two pictures in [0, 1], averaged over strides 2, 4 and 8.

    Raises:
        UserError: as `photograph_weights`.
    """
    network = _network(picture.device)
    with torch.no_grad():
        wanted = network(truth, DEEPEST)
    pairs = zip(network(picture, DEEPEST), wanted, strict=True)
    return torch.stack(
        [(F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1).mean() for a, b in pairs]
    ).mean()
