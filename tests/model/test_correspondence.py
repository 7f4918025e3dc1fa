import pytest
import torch
from torch.nn import functional as F

from lca.geometry.body import load_body
from lca.model.correspondence import Coarse, DenseHead, coarse_loss
from lca.model.nearest import nearest_gaussians, search
from lca.model.template import Template, TemplateConfig


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
    best = coarse_loss(choosing(right, template), template.anchors, canonical, valid)
    wrong = choosing(right[[1, 0, 2, 3]], template)
    assert coarse_loss(wrong, template.anchors, canonical, valid) > 3 * best
    valid[..., :8, :] = 0  # both wrong tokens are outside now
    assert coarse_loss(wrong, template.anchors, canonical, valid) < 1.5 * best


def test_background_does_not_bleed_into_the_points_of_the_silhouette(template):
    torch.manual_seed(0)
    head = DenseHead(16, len(template.anchors), (8, 8, 8))
    torch.nn.init.zeros_(head.out.weight)
    tokens = torch.randn(1, 4, 16)
    foreground = torch.tensor([[True, False, False, False]])
    pyramid = [torch.zeros(1, 8, size, size) for size in (16, 8, 4)]
    assert head.out.bias is not None
    maps = head(tokens, foreground, pyramid, template.anchors)
    alone = maps.coarse.point[0, :, 0, 0]
    near = maps.canonical[0, :, :11, :11] - alone[:, None, None]  # to the middle between two tokens
    assert (near - 0.1 * head.out.bias[:3, None, None]).abs().max() < 1e-5
