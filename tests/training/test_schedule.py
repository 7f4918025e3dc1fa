import math

import pytest

from lca.training.schedule import OptimizerConfig, cosine_with_warmup, layers_from_output, layerwise_groups


def test_cosine_with_warmup():
    factor = cosine_with_warmup(10, 110)
    assert [factor(0), factor(9)] == pytest.approx([0.1, 1.0])
    assert factor(60) == pytest.approx(0.505, abs=0.01)
    assert factor(110) == pytest.approx(0.01)


def test_layerwise_decay_covers_every_weight_once_and_falls_with_depth(network):
    groups = layerwise_groups(network, 1.0, 0.65)
    owned = [id(p) for group in groups for p in group["params"]]
    assert sorted(owned) == sorted(id(p) for p in network.parameters() if p.requires_grad)
    assert [g["name"] for g in groups] == [name for name, _ in layers_from_output(network)]
    assert [g["lr"] for g in groups] == pytest.approx([0.65**k for k in range(len(groups))])
    assert groups[0]["name"] == "branches"
    assert groups[-1]["name"] == "pyramid"


def test_at_gamma_0_only_the_output_layers_learn(network):
    rates = {group["name"]: group["lr"] for group in layerwise_groups(network, 1.0, 0.0)}
    assert rates.pop("branches") == 1.0 and set(rates.values()) == {0.0}


@pytest.mark.parametrize(
    "wrong", [{"lr": 0.0}, {"lr": math.nan}, {"lr": math.inf}, {"warmup": -1}, {"weight_decay": -0.1}, {"seed": -1}]
)
def test_optimizer_config_at_the_door(wrong):
    with pytest.raises(ValueError, match=rf"expected model\.optimizer\.{next(iter(wrong))} from .* to .*, got"):
        OptimizerConfig(**wrong)
