import copy

import pytest
import torch

from lca.formats.photos import Photos
from lca.model.checkpoint import with_heads
from lca.model.encoder import EncoderConfig
from lca.model.fusion import FusionConfig
from lca.model.network import LCA, ModelConfig
from lca.model.template import TemplateConfig

TINY = ModelConfig(
    encoder=EncoderConfig(width=64, depth=1, stem=(8, 16, 32)),
    fusion=FusionConfig(width=64, depth=1),
    template=TemplateConfig(anchors=48, per_anchor=8, seed=13),
)


@pytest.fixture(scope="session")
def network():
    torch.manual_seed(0)
    return LCA(TINY).eval()


@pytest.fixture(scope="session")
def dressed(network):
    """A model with an untrained garment head."""
    return with_heads(network, garments=True)


@pytest.fixture(scope="session")
def loud(dressed):
    """A garment head that says something."""
    model = copy.deepcopy(dressed)
    torch.manual_seed(1)
    torch.nn.init.normal_(model.garments.out.weight, std=0.3)
    return model


@pytest.fixture
def photos():
    """Three random photos of nobody, cut out by boxes."""
    mask, face_mask = torch.zeros(3, 1, 256, 256), torch.zeros(3, 1, 128, 128)
    mask[..., 20:240, 90:165] = 1
    face_mask[..., 20:128, 30:100] = 1
    body, face = torch.rand(3, 3, 256, 256), torch.rand(3, 3, 128, 128)
    return Photos(body * mask + 0.5 * (1 - mask), mask, face * face_mask + 0.5 * (1 - face_mask), face_mask)
