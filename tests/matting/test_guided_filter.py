import torch

from lca.matting.guided_filter import guided_filter


def test_a_soft_matte_takes_the_edge_of_the_picture():
    step = (torch.arange(32) >= 15).float()
    colours = torch.tensor([0.8, 0.3, 0.2])[:, None] * step + torch.tensor([0.2, 0.3, 0.7])[:, None] * (1 - step)
    picture = colours[:, None].expand(-1, 32, -1)
    soft = ((torch.arange(32) - 12.0) / 8.0).clamp(0, 1).expand(1, 32, -1)
    sharp = guided_filter(picture, soft)
    assert sharp[0, 16, 15] - sharp[0, 16, 14] > 3 * (soft[0, 16, 15] - soft[0, 16, 14])


def test_a_flat_picture_only_smooths_the_matte_and_certainty_is_kept():
    flat = torch.full((3, 24, 24), 0.4)
    matte = torch.rand(1, 24, 24)
    smoothed = guided_filter(flat, matte)
    assert abs(float(smoothed.mean() - matte.mean())) < 0.05 and smoothed.var() < 0.2 * matte.var()
    for value in (0.0, 1.0):
        certain = torch.full((1, 24, 24), value)
        torch.testing.assert_close(guided_filter(torch.rand(3, 24, 24), certain), certain, atol=1e-4, rtol=0)
