"""The network of points: what it starts from, what it changes, and what it leaves alone."""

import pytest
import torch
from torch.nn import functional as F

from lca.model.checkpoint import load_model, save_model, with_heads
from lca.model.efficientnet import EPSILON, STAGES, STEM, EfficientNetLite, folded
from lca.precision import mixed_precision


@pytest.fixture(scope="module")
def pointed(network):
    return with_heads(network, points=True)


def as_published() -> dict[str, torch.Tensor]:
    """Random weights under the names, and with the batch norms, of the published file."""
    state = {}

    def layer(conv: str, norm: str, *shape: int) -> None:
        state[f"{conv}.weight"] = torch.randn(*shape) / (shape[1] * shape[2] * shape[3]) ** 0.5
        for name, low in {"weight": 0.5, "bias": -0.5, "running_mean": -0.5, "running_var": 0.5}.items():
            state[f"{norm}.{name}"] = low + torch.rand(shape[0])

    layer("_conv_stem", "_bn0", STEM, 3, 3, 3)
    before, number = STEM, 0
    for stage in STAGES:
        for _ in range(stage.blocks):
            name, inside = f"_blocks.{number}", before * stage.wider
            if stage.wider > 1:
                layer(f"{name}._expand_conv", f"{name}._bn0", inside, before, 1, 1)
            layer(f"{name}._depthwise_conv", f"{name}._bn1", inside, 1, stage.kernel, stage.kernel)
            layer(f"{name}._project_conv", f"{name}._bn2", stage.channels, inside, 1, 1)
            before, number = stage.channels, number + 1
    return state


def test_folded_weights_give_what_batch_norms_gave():
    torch.manual_seed(0)
    state, net = as_published(), EfficientNetLite()
    net.load_state_dict(folded(state))

    def layer(x: torch.Tensor, conv: str, norm: str, stride: int = 1) -> torch.Tensor:
        weight, (mean, var, gain, bias) = (
            state[f"{conv}.weight"],
            (state[f"{norm}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")),
        )
        groups = x.shape[1] if weight.shape[1] == 1 else 1
        side = weight.shape[-1]
        pads = {(1, 1): (0, 0), (3, 1): (1, 1), (5, 1): (2, 2), (3, 2): (0, 1), (5, 2): (1, 2)}[side, stride]
        x = F.conv2d(F.pad(x, pads + pads), weight, stride=stride, groups=groups)
        return F.batch_norm(x, mean, var, gain, bias, eps=EPSILON)

    image = torch.rand(1, 3, 64, 64)
    x = F.relu6(layer((image - 127 / 255) / (128 / 255), "_conv_stem", "_bn0", 2))
    number, found = 0, []
    for stage in STAGES:
        for block in range(stage.blocks):
            name, given = f"_blocks.{number}", x
            if stage.wider > 1:
                x = F.relu6(layer(x, f"{name}._expand_conv", f"{name}._bn0"))
            x = F.relu6(layer(x, f"{name}._depthwise_conv", f"{name}._bn1", 1 if block else stage.stride))
            x = layer(x, f"{name}._project_conv", f"{name}._bn2")
            x, number = x + given if block else x, number + 1
        found.append(x)
    for mine, theirs in zip(net(image), (found[k] for k in (0, 1, 2, 4, 5)), strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-4)


def test_points_are_agreed_on_and_all_else_is_the_dense_heads(pointed, network, photos):
    plain, better = network.correspondences(photos[None]), pointed.correspondences(photos[None])
    with mixed_precision("cpu"):
        others = pointed.points(photos[None], pointed.template.anchors)
    for own, now, other in zip(plain, better, others, strict=True):
        sure, other_sure = (-own.log_error).exp(), (-other.log_error).exp()
        mean = (sure * own.canonical + other_sure * other.canonical) / (sure + other_sure)
        torch.testing.assert_close(now.canonical, mean)
        torch.testing.assert_close(now.log_error, (2 / (sure + other_sure)).log())
        assert torch.equal(now.feature, own.feature) and torch.equal(now.log_weight, own.log_weight)
        assert not torch.allclose(now.canonical, own.canonical)


def test_pictures_of_people_do_not_teach_it(pointed, photos):
    maps, fused = pointed.read(photos[None])
    (maps[0].canonical.sum() + fused.tokens.sum()).backward()
    assert all(weight.grad is None for weight in pointed.points.parameters())
    assert any(weight.grad is not None for weight in pointed.encoder.parameters())


def test_a_file_keeps_it(pointed, network, photos, tmp_path):
    save_model(pointed, tmp_path / "with.safetensors")
    found = load_model(tmp_path / "with.safetensors")
    wanted = pointed.correspondences(photos[None])[0].canonical
    torch.testing.assert_close(found.correspondences(photos[None])[0].canonical, wanted, atol=5e-3, rtol=0)
    assert found.correspondences(photos[None])[0].depth is None
    deep = with_heads(pointed, depth=True)
    save_model(deep, tmp_path / "deep.safetensors")
    wanted = deep.correspondences(photos[None])[1].depth
    again = load_model(tmp_path / "deep.safetensors").correspondences(photos[None])[1].depth
    assert wanted is not None and again is not None
    torch.testing.assert_close(again.behind, wanted.behind, atol=5e-3, rtol=0)
    without = with_heads(pointed, points=False).state_dict()
    assert all(torch.equal(without[name], value) for name, value in network.state_dict().items())
