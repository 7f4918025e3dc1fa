import pytest
import torch
from torch.nn import functional as F

from lca.geometry.body_file import load_body
from lca.model.encoder import ImageTokens
from lca.model.template import Template, TemplateConfig
from lca.model.transport.carry import carry, collect
from lca.model.transport.dense import FEATURES, Coarse, DenseHead, DenseMaps
from lca.model.transport.nearest import nearest_gaussians, search
from lca.training.correspondence import coarse_loss
from lca.training.losses import LossConfig


@pytest.fixture(scope="module")
def template():
    return Template(TemplateConfig(anchors=64, per_anchor=12), load_body())


def choosing(anchor: torch.Tensor, template: Template) -> Coarse:
    """One image of 2 x 2 tokens, each sure of the given anchor."""
    log_share = (20.0 * F.one_hot(anchor, len(template.anchors)).float()).log_softmax(-1)
    return Coarse(log_share[None], template.anchors[anchor].T.reshape(1, 3, 2, 2))


def test_the_fused_search_is_the_readable_one(template):
    points = template.points[::3] + 0.01 * torch.randn(len(template.points[::3]), 3)
    assert torch.equal(nearest_gaussians(points, template), search(points, template))


def test_tokens_are_rewarded_for_the_right_anchor_and_only_where_there_is_a_person(template):
    right = torch.tensor([3, 20, 41, 60])
    canonical = template.anchors[right].T.reshape(1, 3, 2, 2).repeat_interleave(8, 2).repeat_interleave(8, 3)
    valid = torch.ones(1, 1, 16, 16)
    best = coarse_loss(choosing(right, template), template.anchors, (canonical, valid), LossConfig())
    wrong = choosing(right[[1, 0, 2, 3]], template)
    assert coarse_loss(wrong, template.anchors, (canonical, valid), LossConfig()) > 3 * best
    valid[..., :8, :] = 0  # both wrong tokens are outside now
    assert coarse_loss(wrong, template.anchors, (canonical, valid), LossConfig()) < 1.5 * best


def test_background_does_not_bleed_into_the_points_of_the_silhouette(template):
    torch.manual_seed(0)
    head = DenseHead(16, len(template.anchors), (8, 8, 8))
    torch.nn.init.zeros_(head.out.weight)
    tokens = torch.randn(1, 4, 16)
    foreground = torch.tensor([[True, False, False, False]])
    pyramid = [torch.zeros(1, 8, size, size) for size in (16, 8, 4)]
    assert head.out.bias is not None
    maps = head(ImageTokens(tokens, foreground, pyramid), template.anchors)
    alone = maps.coarse.point[0, :, 0, 0]
    near = maps.canonical[0, :, :11, :11] - alone[:, None, None]  # to the middle between two tokens
    assert (near - 0.1 * head.out.bias[:3, None, None]).abs().max() < 1e-5


def test_stripes_one_pixel_wide_reach_the_gaussians(template):
    """Maps have half the picture's size, but colours must not be blurred to it."""
    size, pixel = 64, 0.25 * float(template.spacing.max())
    chest = template.points[((template.points - torch.tensor([0.0, 0.3, 0.12])) ** 2).sum(-1).argmin()]
    across = (torch.arange(size // 2) + 0.5 - size / 4) * 2 * pixel
    canonical = chest[:, None, None] + torch.stack(
        [across.expand(size // 2, -1), -across[:, None].expand(-1, size // 2), torch.zeros(size // 2, size // 2)]
    )
    plain = torch.zeros(1, 1, size // 2, size // 2)
    maps = DenseMaps(
        Coarse(torch.zeros(1, 1, 1), torch.zeros(1, 3, 1, 1)),
        canonical[None],
        plain,
        plain,
        plain.expand(-1, FEATURES, -1, -1),
    )
    stripes = (torch.arange(size) % 2).float().expand(1, 3, size, size)
    pixels = collect(maps, stripes, torch.ones(1, 1, size, size), views=1)
    assert set(pixels.payload[:, 0].tolist()) == {0.0, 1.0}
    across = pixels.canonical[:, 0].unflatten(0, (size, size))[:, 1:-1]
    torch.testing.assert_close(across.diff(dim=1), torch.full_like(across.diff(dim=1), pixel), atol=1e-5, rtol=0)
    evidence = carry([pixels], template, people=1)
    assert evidence.shape == (1, len(template.points), evidence.shape[-1]) and torch.isfinite(evidence).all()
