import pytest
import torch
from torch.nn import functional as F

from lca.geometry.body_file import load_body
from lca.model.encoder import ImageTokens
from lca.model.template import Template, TemplateConfig
from lca.model.transport.carry import arranged, collect, shared, sums_by_kernel, sums_by_torch
from lca.model.transport.dense import FEATURES, Coarse, DenseHead, DenseMaps, Finer
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


def test_every_cell_lists_the_anchor_nearest_to_its_points(template):
    far = torch.tensor([[3.0, 0.0, 0.0], [0.0, -4.0, 0.3]])
    points = torch.cat([torch.rand(4000, 3) * torch.tensor([2.2, 2.2, 0.8]) - torch.tensor([1.1, 1.5, 0.4]), far])
    nearest, candidates = torch.cdist(points, template.anchors).argmin(-1), template.candidates
    found = nearest_gaussians(points, template)
    assert (found[..., None] == candidates[nearest][:, None]).any(-1).all()


def random_maps(template: Template, size: int) -> DenseMaps:
    """Of two people seen twice: points near the body, which need a gradient as everything here does."""
    points = template.points[torch.randint(len(template.points), (4 * size * size,))] + 0.02 * torch.randn(
        4 * size**2, 3
    )
    canonical = points.unflatten(0, (4, size, size)).permute(0, 3, 1, 2).contiguous().requires_grad_()
    error, weight = torch.rand(4, 1, size, size).log(), torch.randn(4, 1, size, size, requires_grad=True)
    feature = torch.randn(4, FEATURES, size, size, requires_grad=True)
    return DenseMaps(choosing(torch.tensor([0, 1, 2, 3]), template), canonical, error, weight, feature)


def test_the_fused_transport_is_the_readable_one_and_so_are_its_gradients(template):
    size = 12
    maps, wanted = random_maps(template, size), torch.randn(2, len(template.points), FEATURES + 7)
    pictures = [(torch.rand(4, 3, 2 * size, 2 * size), (torch.rand(4, 1, 2 * size, 2 * size) > 0.3).float())]
    leaves = [maps.canonical, maps.log_weight, maps.feature]
    found = []
    for way in (sums_by_torch, sums_by_kernel):
        sums = way([maps], pictures, template, (2, 2))
        found.append([sums, *torch.autograd.grad((sums * wanted).sum(), leaves)])
    for by_torch, by_kernel in zip(*found, strict=True):
        torch.testing.assert_close(by_kernel, by_torch, atol=1e-4 * float(by_torch.detach().abs().max()), rtol=1e-4)


def test_nobody_in_the_pictures_is_nothing_carried(template):
    maps = random_maps(template, 4)
    sums = sums_by_kernel([maps], [(torch.rand(4, 3, 8, 8), torch.zeros(4, 1, 8, 8))], template, (2, 2))
    assert not sums.any() and torch.isfinite(arranged(sums, template)).all()


def test_tokens_are_rewarded_for_the_right_anchor_and_only_where_there_is_a_person(template):
    right = torch.tensor([3, 20, 41, 60])
    canonical = template.anchors[right].T.reshape(1, 3, 2, 2).repeat_interleave(8, 2).repeat_interleave(8, 3)
    valid = torch.ones(1, 1, 16, 16)
    best = coarse_loss(choosing(right, template), template.anchors, (canonical, valid), LossConfig())
    wrong = choosing(right[[1, 0, 2, 3]], template)
    assert coarse_loss(wrong, template.anchors, (canonical, valid), LossConfig()) > 3 * best
    valid[..., :8, :] = 0  # both wrong tokens are outside now
    assert coarse_loss(wrong, template.anchors, (canonical, valid), LossConfig()) < 1.5 * best


def test_finer_features_are_those_of_doubled_ones_beside_the_detail():
    x, detail = torch.randn(2, 6, 5, 4, requires_grad=True), torch.randn(2, 3, 10, 8)
    finer = Finer(6, 3)
    side_by_side = torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), detail], 1)
    plain = torch.nn.Sequential(*finer)(side_by_side)
    torch.testing.assert_close(finer(x, detail), plain, atol=1e-6, rtol=1e-5)
    wanted = torch.randn_like(plain)
    leaves = [x, *finer.parameters()]
    for ours, readable in zip(
        *(torch.autograd.grad((y * wanted).sum(), leaves) for y in (finer(x, detail), plain)), strict=True
    ):
        torch.testing.assert_close(ours, readable, atol=1e-5, rtol=1e-4)


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
    evidence = arranged(shared([pixels], template, people=1), template)
    assert evidence.shape == (1, len(template.points), evidence.shape[-1]) and torch.isfinite(evidence).all()
