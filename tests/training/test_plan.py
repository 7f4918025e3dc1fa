"""Operations and parameters counted from a config, against torch's own counter on the network itself."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from lca.__main__ import main
from lca.data.batch import Batch
from lca.data.shrink import shrunk
from lca.model.encoder import PATCH, EncoderConfig
from lca.model.network import LCA, ModelConfig
from lca.model.template import TemplateConfig
from lca.precision import CHOICE
from lca.training.bench import batch_of
from lca.training.plan import Asked, parameters, person_flops

SMALL = ModelConfig(
    EncoderConfig(width=96, depth=2, stem=(16, 32, 64)), template=TemplateConfig(anchors=128, per_anchor=16)
)


@pytest.fixture(scope="module")
def batch() -> Batch:
    """One person, four photos."""
    return batch_of(1, 4, 1)


def counted(function: Callable[[], Any]) -> tuple[float, Any]:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        found = function()
    return counter.get_total_flops(), found


@pytest.mark.parametrize(("transport", "shrink"), [(True, 1), (False, 1), (False, 2)])
def test_operations_are_those_that_torch_counts(batch, transport, shrink, monkeypatch):
    monkeypatch.setenv(CHOICE, "bf16")  # attention written out: torch does not count its fused kernel on a CPU
    config = ModelConfig(SMALL.encoder, SMALL.fusion, SMALL.template, transport=transport)
    network, photos = LCA(config), shrunk(batch, shrink).photos
    masks = (photos.body_mask.flatten(0, 1), photos.face_mask.flatten(0, 1))
    kept = [(F.max_pool2d(mask, PATCH) > 0.1).flatten(1).float() for mask in masks]
    body, face = (float(tokens.sum(-1).max() / tokens.shape[1]) for tokens in kept)
    parts = person_flops(Asked(config, photos=4, targets=1, shrink=shrink), (body, face))
    images, tokens = counted(lambda: network.tokenise(photos))
    dense, maps = counted(lambda: network.transport.maps(tokens, network.template))
    evidence = network.transport.carry(maps, photos, network.template)
    fusion, fused = counted(lambda: network.fuse(tokens, evidence))
    canonical, _ = counted(lambda: network.canonical(fused, batch.betas))
    for name, torchs in (
        ("images", images),
        ("correspondence", dense),
        ("fusion", fusion),
        ("canonical branch", canonical),
    ):
        assert parts[name] == pytest.approx(torchs, rel=0.05, abs=1e6), name


def test_parameters_are_those_of_the_network():
    trained, frozen = parameters(SMALL)
    assert trained == sum(weights.numel() for weights in LCA(SMALL).parameters()) and frozen == 0


def test_the_papers_sizes_on_many_gpus(capsys):
    found = {}
    for gpus in (8, 64):
        assert main(["plan", "--config", "configs/paper_pretrain.yaml", "--gpus", str(gpus)]) == 0
        found[gpus] = json.loads(capsys.readouterr().out)
    assert 2e8 < found[8]["parameters"]["trained"] < 4e8 and 2.9e8 < found[8]["parameters"]["frozen"] < 3.2e8
    assert found[8]["hours_of_a_pass"] == pytest.approx(8 * found[64]["hours_of_a_pass"], rel=0.01)
    assert 5 < found[8]["gib_a_gpu"] == found[64]["gib_a_gpu"] < 80


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--gpu", "abacus"], "expected --gpu among h100, h200, a100, l40s, rtx4090, got 'abacus'"),
        (["--gpus", "0"], "expected --gpus from 1 to 100000, got 0"),
        (["--config", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_bad_options_are_one_line(arguments, says, capsys):
    with contextlib.suppress(SystemExit):  # of the parser
        assert main(["plan", "--config", "configs/tiny_pretrain.yaml", *arguments]) == 2
    assert says in capsys.readouterr().err
