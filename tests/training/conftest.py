from dataclasses import replace

import pytest
import torch

from lca.formats.photos import Photos
from lca.model.checkpoint import load_model
from lca.training.refining.surface import places_of, surface_of
from tests.model.conftest import dressed, loud, network, photos  # noqa: F401


@pytest.fixture(scope="module")
def avatar(network):  # noqa: F811
    """Grey all over, made of noise by the small network."""
    torch.manual_seed(0)
    body, face = torch.rand(2, 3, 256, 256), torch.rand(2, 3, 128, 128)
    with torch.no_grad():
        made = network.reconstruct(Photos(body, torch.ones(2, 1, 256, 256), face, torch.ones(2, 1, 128, 128)))
    return replace(made, canonical=replace(made.canonical, colors=torch.full_like(made.canonical.colors, 0.5)))


@pytest.fixture(scope="module")
def model():
    """The shipped one, with as many Gaussians as users have: what is smoothed over neighbours spans centimetres."""
    return load_model()


@pytest.fixture(scope="module")
def whole(model):
    """What it makes of noise: nobody has split these Gaussians."""
    torch.manual_seed(0)
    body, face = torch.rand(1, 3, 256, 256), torch.rand(1, 3, 128, 128)
    return model.reconstruct(Photos(body, torch.ones(1, 1, 256, 256), face, torch.ones(1, 1, 128, 128)))


@pytest.fixture(scope="module")
def surface(model, whole):
    """Its surface."""
    return surface_of(places_of(model.template, whole))
