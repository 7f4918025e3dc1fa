"""What geometry tokens look at: weights that the layer truly uses, and a number that knows right from wrong."""

from dataclasses import replace

import pytest
import torch
from einops import einsum, rearrange

from lca.data.sources import open_source
from lca.formats.photos import Photos
from lca.model.network import LCA
from lca.training import attention
from lca.training.attention import REGIONS, Gaze, anchor_regions, attention_scores, gazes, mass, probe_attention
from lca.training.evaluate import Evaluation, evaluate_model, example_at
from lca.training.scores import NO_MAPS
from tests.world.captures import built


@pytest.fixture(scope="module")
def example():
    """Two photos of one person of the world."""
    return example_at(0, open_source(built("wild"), "test")[0], 2, 1)[0]


def test_the_weights_are_those_of_the_layer(network: LCA, photos: Photos):
    block = attention.meetings(network)[-1]
    with attention.inputs_of([block]) as caught, torch.no_grad():
        network.read(photos[None])
    queries, context, keep = (x.float() if x.is_floating_point() else x for x in caught[0])
    queries, context = block.norm_query(queries), block.norm_context(context)
    weights = attention.shares(block.attention, queries, context, keep)
    assert torch.allclose(weights.sum(-1), torch.ones(1), atol=1e-5) and not weights[:, :, ~keep[0]].any()
    values = rearrange(block.attention.key_value(context), "b n (two h d) -> two b h n d", two=2, h=1)[1]
    alone = attention.Attention(64, 1)
    alone.load_state_dict(block.attention.state_dict())
    out = alone.out(einsum(attention.shares(alone, queries, context, keep), values[:, 0], "b q t, b t c -> b q c"))
    torch.testing.assert_close(out, alone(queries, context, keep))


def test_looking_leaves_the_model_as_it_is(network: LCA, photos: Photos):
    before = network.reconstruct(photos).canonical.colors
    (looked,) = gazes(network, photos)
    assert torch.equal(network.reconstruct(photos).canonical.colors, before)
    assert not attention.meetings(network)[-1]._forward_pre_hooks
    assert looked.body.shape == (48, 3, 16, 16) and looked.face.shape == (48, 3, 8, 8)
    torch.testing.assert_close(looked.body.sum((1, 2, 3)) + looked.face.sum((1, 2, 3)), torch.ones(48))
    assert looked.body[:, :, :, :4].sum() == 0 < looked.body[:, :, 2:14, 6:10].sum(), "none in the background"


def test_a_photo_more_takes_its_share_where_it_stands(network: LCA, photos: Photos):
    turned = gazes(network, photos[torch.tensor([2, 0, 1])])[-1]
    torch.testing.assert_close(turned.body, gazes(network, photos)[-1].body[:, [2, 0, 1]], atol=1e-5, rtol=1e-3)


def looking(monkeypatch, network, example, right):
    """Anchors look evenly at all tokens of the body pictures that show their own part, or (not `right`) only at others."""
    shown = attention.shown_regions(example.body_canonical, network.template)
    own = (shown[..., anchor_regions(network.template)] > 0.5) == right
    there = (shown.sum(-1) > 0)[..., None]
    aims = rearrange((own & there).float(), "photo r c anchor -> anchor photo r c")
    body = aims / aims.sum((1, 2, 3), keepdim=True).clamp(min=1)
    nothing = torch.zeros(len(body), *example.photos.face.shape[:1], 8, 8)
    monkeypatch.setattr(attention, "gazes", lambda *_: [Gaze(body, nothing)])


def numbers(network, example):
    """Those of the scores that are numbers."""
    return {name: score for name, score in attention_scores(network, example).items() if not isinstance(score, str)}


def test_who_looks_at_the_own_part_is_told_from_who_does_not(network: LCA, example, monkeypatch):
    looking(monkeypatch, network, example, True)
    good = numbers(network, example)
    assert good["torso"] > 0.85 and good["torso_shuffled"] < 0.6
    looking(monkeypatch, network, example, False)
    bad = numbers(network, example)
    assert bad["torso"] < 0.2 and bad["above_shuffled"] < 0 < good["above_shuffled"]


def test_an_even_look_is_what_shuffles_give(network: LCA, example):
    there = [
        attention.shown_regions(maps, network.template) for maps in (example.body_canonical, example.face_canonical)
    ]
    even = [(shown.sum(-1) > 0).float().expand(48, *shown.shape[:3]) for shown in there]
    whole = sum(grid.sum((1, 2, 3), keepdim=True) for grid in even)
    found = mass(network.template, Gaze(*(grid / whole for grid in even)), there)
    torch.testing.assert_close(found.right, found.other_anchors, equal_nan=True)
    torch.testing.assert_close(found.right, found.other_tokens, equal_nan=True)
    assert 0.5 < float(found.right.nansum()) < 1.001, "parts fill the picture, but for those of no anchor"


def test_it_is_a_group_of_the_report(network: LCA, tmp_path):
    asked = Evaluation(built("wild"), photos=2, targets=1, split="all", people=2, probes={"attention": probe_attention})
    group = evaluate_model(network, asked, tmp_path)["attention"]
    assert {"mass", "mass_shuffled", "mass_tokens_shuffled", "above_shuffled", "face", "hand_shuffled"} <= set(group)
    assert group["people"] == 2 and set(group["interval95"]) >= {"mass", "mass_shuffled", "above_shuffled", "torso"}
    assert group["above_shuffled"] == pytest.approx(group["mass"] - group["mass_shuffled"], abs=2e-4)
    assert group["layer_1"] == group["mass"], "the only layer is the last"
    held = {REGIONS[place] for place in anchor_regions(network.template).tolist()}
    assert set(group) & set(REGIONS) == held, "parts without an anchor have no number"


def test_without_maps_it_says_so(network: LCA, example):
    blank = [(points, torch.zeros_like(known)) for points, known in (example.body_canonical, example.face_canonical)]
    unknown = replace(example, body_canonical=blank[0], face_canonical=blank[1])
    assert set(attention_scores(network, unknown).values()) == {NO_MAPS}
