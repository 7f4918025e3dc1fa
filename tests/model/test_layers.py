import pytest
import torch

from lca.model.layers import Attention, attend, fourier, grid_positions


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 3e-2)])
def test_attention_is_its_definition(dtype, tolerance):
    q, k, v = torch.randn(3, 2, 4, 7, 16)
    keep = torch.rand(2, 1, 1, 7) > 0.3
    keep[..., 0] = True
    share = (torch.einsum("bhqd,bhkd->bhqk", q, k) / 4.0).exp() * keep
    expected = (share / share.sum(-1, keepdim=True)) @ v
    found = attend(q.to(dtype), k.to(dtype), v.to(dtype), keep)
    torch.testing.assert_close(found.float(), expected, atol=tolerance, rtol=tolerance)


def test_attention_on_nothing_is_finite():
    q, k, v = (torch.randn(1, 2, 3, 8, requires_grad=True) for _ in range(3))
    attended = attend(q, k, v, torch.zeros(1, 1, 1, 3, dtype=torch.bool))
    assert all(x.isfinite().all() for x in (attended, *torch.autograd.grad(attended.sum(), (q, k, v))))


def test_hidden_context_has_no_influence():
    attention = Attention(16, 4)
    queries, context = torch.randn(1, 3, 16), torch.randn(1, 5, 16)
    keep = torch.tensor([[True, True, True, False, False]])
    changed = context.clone()
    changed[:, 3:] += 10.0
    torch.testing.assert_close(attention(queries, context, keep), attention(queries, changed, keep))
    torch.testing.assert_close(attention(queries, context, keep), attention(queries, context[:, :3]))


def test_width_that_heads_do_not_divide():
    with pytest.raises(ValueError, match="width 10 and 4 heads"):
        Attention(10, 4)


def test_fourier_separates_a_millimetre_and_keeps_the_point():
    x = torch.tensor([[0.1, 0.2, 0.3], [0.101, 0.2, 0.3]])
    features = fourier(x, 6)
    assert features.shape == (2, 3 * 13)
    assert torch.equal(features[:, :3], x)
    assert (features[0] - features[1]).norm() > 0.05


def test_grid_positions_are_distinct():
    positions = grid_positions(8, 8, 64)
    distance = torch.cdist(positions, positions) + 1e3 * torch.eye(64)
    assert distance.min() > 0.1
