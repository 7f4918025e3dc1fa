"""The paper's encoder against what it promises of photos, tokens and people, and against a layer written out by hand."""

import pytest
import torch
from einops import einsum, rearrange
from torch.nn import functional as F

from lca.model.fusion import Fusion, FusionConfig, FusionLayer

WIDTH, HEADS, ANCHORS, TOKENS = 32, 4, 10, 6


def shaken(module):
    """Weights far enough from their start that attention is sharp and no norm is the plain one."""
    torch.manual_seed(1)
    with torch.no_grad():
        for weights in module.parameters():
            weights += 0.3 * torch.randn_like(weights)
    return module.eval()


def network():
    return shaken(Fusion(FusionConfig(width=WIDTH, depth=3, heads=HEADS), image_width=24))


def tokens(people=2, views=3):
    """Geometry tokens, image tokens, and which of those are there (about two in three, at least one a photo)."""
    geometry, image = torch.randn(people, ANCHORS, WIDTH), torch.randn(people, views, TOKENS, WIDTH)
    keep = torch.rand(people, views, TOKENS) < 0.6
    keep[..., 0] = True
    return geometry, image, keep


def same(first, second):
    torch.testing.assert_close(first, second, atol=2e-5, rtol=1e-5)


def test_the_order_of_photos_is_forgotten():
    fusion, (geometry, image, keep) = network(), tokens()
    order = [2, 0, 1]
    same(fusion(geometry, image[:, order], keep[:, order]), fusion(geometry, image, keep))


def test_one_more_photo_tells_every_anchor_something():
    fusion, (geometry, image, keep) = network(), tokens()
    change = (fusion(geometry, image, keep) - fusion(geometry, image[:, :2], keep[:, :2])).abs().amax(-1)
    assert change.min() > 0.05


def test_photos_given_twice_say_no_more_than_once():
    fusion, (geometry, image, keep) = network(), tokens()
    same(fusion(geometry, torch.cat([image, image], 1), torch.cat([keep, keep], 1)), fusion(geometry, image, keep))


@pytest.mark.parametrize("views", [1, 2, 5, 16])
def test_any_number_of_photos_and_each_of_them_counts(views):
    fusion, (geometry, image, keep) = network(), tokens(people=1, views=views)
    image.requires_grad_()
    fused = fusion(geometry, image, keep)
    assert fused.shape == geometry.shape and fused.isfinite().all()
    (torch.randn_like(fused) * fused).sum().backward()
    assert image.grad is not None
    assert (image.grad.abs().amax((0, 2, 3)) > 1e-4).all()


@pytest.mark.parametrize("garbage", [-50.0, 1e6, 1e12])
def test_a_masked_token_changes_nothing_whatever_it_holds(garbage):
    fusion, (geometry, image, keep) = network(), tokens()
    filled = torch.where(keep[..., None], image, garbage * torch.randn_like(image))
    fused = fusion(geometry, filled, keep)
    assert fused.isfinite().all()
    same(fused, fusion(geometry, image, keep))


def test_masked_tokens_might_as_well_be_left_out():
    fusion, (geometry, image, keep) = network(), tokens()
    keep[..., 4:] = False
    same(fusion(geometry, image, keep), fusion(geometry, image[:, :, :4], keep[:, :, :4]))


def test_a_photo_that_shows_nobody_might_as_well_be_left_out():
    fusion, (geometry, image, keep) = network(), tokens()
    keep[:, 1] = False
    same(fusion(geometry, image, keep), fusion(geometry, image[:, [0, 2]], keep[:, [0, 2]]))


def test_geometry_tokens_keep_their_places():
    fusion, (geometry, image, keep) = network(), tokens()
    order = torch.randperm(ANCHORS)
    same(fusion(geometry[:, order], image, keep), fusion(geometry, image, keep)[:, order])


def test_people_of_a_batch_do_not_meet():
    fusion, (geometry, image, keep) = network(), tokens()
    alone = torch.cat([fusion(geometry[p : p + 1], image[p : p + 1], keep[p : p + 1]) for p in (0, 1)])
    same(fusion(geometry, image, keep), alone)


def test_one_set_of_geometry_tokens_serves_everybody():
    fusion, (geometry, image, keep) = network(), tokens()
    same(fusion(geometry[:1], image, keep), fusion(geometry[:1].expand(2, -1, -1), image, keep))


def test_photos_meet_only_through_the_geometry_tokens():
    layer, (geometry, image, keep) = shaken(FusionLayer(FusionConfig(width=WIDTH, heads=HEADS))), tokens()
    changed = image.clone()
    changed[:, 1] = torch.randn_like(image[:, 1])
    (first, before), (second, after) = layer(geometry, image, keep), layer(geometry, changed, keep)
    same(after[:, [0, 2]], before[:, [0, 2]])
    assert (after[:, 1] - before[:, 1]).abs().max() > 0.1
    assert (second - first).abs().amax(-1).min() > 0.01


def test_tokens_of_one_photo_meet_each_other():
    """Body picture and face crop of a photo are one set of tokens to self-attention."""
    layer, (geometry, image, keep) = shaken(FusionLayer(FusionConfig(width=WIDTH, heads=HEADS))), tokens()
    keep[:] = True
    changed = image.clone()
    changed[:, 1, -1] = torch.randn(2, WIDTH)
    moved = (layer(geometry, changed, keep)[1] - layer(geometry, image, keep)[1])[:, 1].abs().amax(-1)
    assert moved.min() > 1e-3


def normed(x, norm):
    """(x - mean) / sqrt(variance + eps), scaled and shifted."""
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias


def attended(queries, context, attention, keep):
    """Softmax attention head by head; a context token that is not kept has no part in the sum."""
    q = rearrange(queries @ attention.query.weight.T + attention.query.bias, "p n (h d) -> p h n d", h=HEADS)
    both = context @ attention.key_value.weight.T + attention.key_value.bias
    k, v = (rearrange(half, "p n (h d) -> p h n d", h=HEADS) for half in both.chunk(2, -1))
    odds = (einsum(q, k, "p h i d, p h j d -> p h i j") / (WIDTH // HEADS) ** 0.5).exp() * keep[:, None, None]
    mixed = einsum(odds / odds.sum(-1, keepdim=True), v, "p h i j, p h j d -> p h i d")
    return rearrange(mixed, "p h n d -> p n (h d)") @ attention.out.weight.T + attention.out.bias


def fed(x, block):
    """x + W2 gelu(W1 norm(x) + b1) + b2."""
    first, _, last = block.feed
    hidden = F.gelu(normed(x, block.norm_feed) @ first.weight.T + first.bias)
    return x + hidden @ last.weight.T + last.bias


def by_hand(layer, geometry, image, keep):
    """One fusion layer, photo after photo."""
    photos, everything = [], torch.ones(geometry.shape[:2], dtype=torch.bool)
    for photo, there in zip(image.unbind(1), keep.unbind(1), strict=True):
        x = normed(photo, layer.image.norm_attention)
        photos.append(fed(photo + attended(x, x, layer.image.attention, there), layer.image))
    x = normed(geometry, layer.geometry.norm_attention)
    geometry = fed(geometry + attended(x, x, layer.geometry.attention, everything), layer.geometry)
    block, context = layer.multimodal, torch.cat(photos, 1)
    queries, context = normed(geometry, block.norm_query), normed(context, block.norm_context)
    seen = rearrange(keep, "p v t -> p (v t)")
    return fed(geometry + attended(queries, context, block.attention, seen), block), torch.stack(photos, 1)


def test_a_layer_is_the_one_written_out_by_hand():
    layer, (geometry, image, keep) = shaken(FusionLayer(FusionConfig(width=WIDTH, heads=HEADS))), tokens()
    for got, wanted in zip(layer(geometry, image, keep), by_hand(layer, geometry, image, keep), strict=True):
        torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-4)


def test_fusion_is_its_layers_and_a_norm():
    fusion, (geometry, image, keep) = network(), tokens()
    fused = fusion(geometry, image, keep)
    for layer in fusion.layers:
        geometry, image = by_hand(layer, geometry, image, keep)
    torch.testing.assert_close(fused, normed(geometry, fusion.norm), atol=1e-3, rtol=1e-3)


def test_gradients_reach_every_weight():
    fusion, keep = network(), torch.ones(2, 3, 2 * TOKENS, dtype=torch.bool)
    image = torch.cat([fusion.image_tokens(torch.randn(6, TOKENS, 24), kind) for kind in (0, 1)], 1)
    geometry = fusion.geometry_tokens(torch.randn(ANCHORS, 3))
    fused = fusion(geometry, rearrange(image, "(p v) t c -> p v t c", v=3), keep)
    (torch.randn_like(fused) * fused).sum().backward()
    grown = {name: 0.0 if p.grad is None else float(p.grad.abs().max()) for name, p in fusion.named_parameters()}
    assert {name: size for name, size in grown.items() if not 1e-4 < size < 1e4} == {}
