import pytest
import torch

from lca.errors import UserError
from lca.geometry.gaussians import Gaussians
from lca.model.efficientnet import EfficientNetLite
from lca.training import photograph_features
from lca.training.losses import ACAP_METRES, LossConfig, acap, asap, image_loss, laplacian_loss, over, psnr
from lca.training.pretrain import Pretrain


def gaussians(means, scales):
    count = means.shape[-2]
    quats = torch.tensor([1.0, 0, 0, 0]).expand(1, count, 4)
    return Gaussians(means, quats, scales, torch.ones(1, count), torch.ones(1, count, 3))


def test_image_loss_is_zero_only_for_the_truth():
    truth = torch.rand(2, 3, 48, 48)
    assert image_loss(truth, truth, LossConfig()).item() == pytest.approx(0.0, abs=1e-5)
    assert image_loss(truth.flip(-1), truth, LossConfig()).item() > 0.1


def test_features_are_compared_on_request(monkeypatch):
    torch.manual_seed(0)
    state = EfficientNetLite().state_dict()
    monkeypatch.setattr(photograph_features, "photograph_weights", lambda: state)
    photograph_features._network.cache_clear()
    truth, plain, asked = torch.rand(1, 3, 64, 64), LossConfig(), LossConfig(features=2.0)
    picture = truth.flip(-1).requires_grad_(True)
    term = photograph_features.feature_loss(picture, truth)
    assert 0.0 < term < 4.0 and photograph_features.feature_loss(truth, truth) == 0.0
    more = image_loss(picture, truth, asked) - image_loss(picture, truth, plain)
    assert more.item() == pytest.approx(2.0 * term.item(), 1e-4)
    (gradient,) = torch.autograd.grad(term, picture)
    assert gradient.abs().amin(1).gt(0).float().mean() > 0.9
    photograph_features._network.cache_clear()


def test_features_need_their_network_before_anything_is_trained(monkeypatch, tmp_path):
    monkeypatch.setenv("LCA_NETWORKS", str(tmp_path))
    with pytest.raises(UserError, match="lca networks --training"):
        Pretrain(loss=LossConfig(features=0.1))


def test_laplacian_loss_sees_lost_detail_more_than_a_shift_of_brightness():
    stripes = (torch.arange(64) // 2 % 2).float().expand(1, 3, 64, 64)
    washed_out, brighter = torch.full_like(stripes, 0.5), stripes + 0.5
    assert laplacian_loss(washed_out, stripes) > 20 * laplacian_loss(brighter, stripes)


def test_acap_spares_offsets_within_reach():
    rest, scales = torch.zeros(1, 4, 3), torch.full((1, 4, 3), 0.01)
    near, far = rest.clone(), rest.clone()
    near[..., 0], far[..., 0] = 0.9 * ACAP_METRES, 3 * ACAP_METRES
    (near_beyond, near_mean), (far_beyond, far_mean) = (acap(gaussians(x, scales), rest) for x in (near, far))
    assert near_beyond == 0 and far_beyond > 0.1
    assert far_mean / near_mean == pytest.approx(3 / 0.9, rel=1e-3)


def test_asap_spares_small_round_gaussians():
    means = torch.zeros(1, 4, 3)
    small = torch.full((1, 4, 3), 0.01)
    assert asap(gaussians(means, small)).item() == 0
    assert asap(gaussians(means, small * torch.tensor([1.0, 1.0, 20.0]))) > 1
    assert asap(gaussians(means, 10 * small)) > 1


def test_psnr_counts_the_mask_only():
    truth, mask = torch.rand(1, 3, 16, 16), torch.zeros(1, 1, 16, 16)
    mask[..., :8] = 1
    picture = truth + 0.1
    picture[..., 8:] = 0
    assert psnr(picture, truth, mask).item() == pytest.approx(20.0, abs=1e-3)


def test_over_keeps_foreground_and_fills_the_rest():
    image, mask = torch.rand(1, 3, 4, 4), torch.zeros(1, 1, 4, 4)
    mask[..., 0] = 1
    result = over(image, mask, torch.tensor([[0.2, 0.4, 0.6]]))
    assert torch.equal(result[..., 0], image[..., 0])
    assert result[0, :, 2, 3].tolist() == pytest.approx([0.2, 0.4, 0.6])
