"""Two untrained avatars of 3,072 Gaussians, which have a body, a face and hands and drive in a millisecond; and a trained one."""

import pytest
import torch

from lca.data.example import load_example
from lca.formats.photos import Photos, read_pictures
from lca.matting.cutout import cut_out_people
from lca.model.checkpoint import load_model
from lca.model.encoder import EncoderConfig
from lca.model.fusion import FusionConfig
from lca.model.network import LCA, ModelConfig
from lca.model.template import TemplateConfig
from lca.tracking.finder import load_finder
from tests.panel.fake_page import Page

SMALL = ModelConfig(
    EncoderConfig(width=32, depth=1, heads=2, stem=(8, 8, 16)),
    FusionConfig(width=32, depth=1, heads=2),
    TemplateConfig(anchors=192, per_anchor=16),
)


def made(seed):
    torch.manual_seed(seed)
    model = LCA(SMALL).eval()
    mask = torch.zeros(1, 1, 256, 256)
    mask[..., 20:240, 80:180] = 1
    body = torch.rand(1, 3, 256, 256) * mask + 0.5 * (1 - mask)
    return model.reconstruct(Photos(body, mask, torch.rand(1, 3, 128, 128), torch.ones(1, 1, 128, 128)))


@pytest.fixture(scope="session")
def avatar():
    return made(0)


@pytest.fixture(scope="session")
def other():
    return made(1)


@pytest.fixture(scope="session")
def example():
    """The shipped model's avatar of the shipped photos, as the notebook makes it."""
    return load_model().reconstruct(cut_out_people(read_pictures(load_example().photos), load_finder()))


@pytest.fixture
def page(avatar, tmp_path):
    made = Page([avatar], tmp_path)
    yield made
    made.desk.close()
