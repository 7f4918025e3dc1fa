"""What geometry tokens look at: the attention of the multimodal layers over the tokens of all photos, and its number.

The layers themselves never form these weights: they are computed anew, from what went into them, so that results and speed of the
model are those without a look inside. Weights are the mean over the heads.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from einops import einsum, rearrange, reduce
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Batch
from lca.formats.photos import Photos
from lca.geometry.body import PARTS
from lca.model.encoder import PATCH, ImageTokens
from lca.model.layers import HIDDEN, Attention, CrossBlock, pack_foreground
from lca.model.network import LCA
from lca.model.template import Template
from lca.training.probes import Subject
from lca.training.scores import NO_MAPS, Score, parts_of

REGIONS = tuple(name for name in PARTS if name not in ("eye", "mouth"))
"""Body parts that are asked for; eyes and mouth, which are smaller than a token, count to the face."""
CELL = PATCH // 2
"""Side of a token in pixels of the canonical maps, which have half the photos' size."""
MEANS = {"mass": "right", "mass_shuffled": "other_anchors", "mass_tokens_shuffled": "other_tokens"}
"""Score -> field of `Mass`."""
HIDDEN_PART = "no photo shows this part, or no anchor belongs to it"


@dataclass(frozen=True)
class Gaze:
    """Where each geometry token looks: shares of attention that sum to 1 over all photos, bodies and faces together."""

    body: Float[Tensor, "anchors photos rows columns"]
    face: Float[Tensor, "anchors photos face_rows face_columns"]


@torch.no_grad()
def gazes(model: LCA, photos: Photos) -> list[Gaze]:
    """The attention of each layer, the last one last, over the photos of one person (no batch axis)."""
    shown = model.looked_at(photos[None])
    tokens = model.tokenise(shown)
    evidence = model.transport.carry(model.maps(tokens, shown), shown, model.template)
    found, blocks = [], meetings(model)
    with inputs_of(blocks) as caught:
        model.fuse(tokens, evidence)
    for block, given in zip(blocks, caught, strict=True):
        queries, context, keep = (x.float() if x.is_floating_point() else x for x in given)
        weights = shares(block.attention, block.norm_query(queries), block.norm_context(context), keep)[0]
        found.append(Gaze(*grids(weights, tokens, len(photos))))
    return found


def meetings(model: LCA) -> list[CrossBlock]:
    """Of each layer, where geometry and image tokens meet."""
    return [block for block in model.fusion.modules() if isinstance(block, CrossBlock)]


@contextmanager
def inputs_of(blocks: Sequence[CrossBlock]) -> Iterator[list[tuple[Tensor, Tensor, Tensor]]]:
    """Within it, what goes into each of `blocks` (queries, context, keep) is put into the list."""
    caught: list[tuple[Tensor, Tensor, Tensor]] = []
    handles = [block.register_forward_pre_hook(lambda _, given: caught.append(given)) for block in blocks]
    try:
        yield caught
    finally:
        for handle in handles:
            handle.remove()


def shares(
    attention: Attention,
    queries: Float[Tensor, "batch queries width"],
    context: Float[Tensor, "batch context width"],
    keep: Tensor,
) -> Float[Tensor, "batch queries context"]:
    """softmax(q k^T / sqrt(d)), the mean over the heads."""
    q = rearrange(attention.query(queries), "b n (h d) -> b h n d", h=attention.heads)
    k, _ = rearrange(attention.key_value(context), "b n (two h d) -> two b h n d", two=2, h=attention.heads)
    scores = einsum(q, k, "b h query d, b h key d -> b h query key") * q.shape[-1] ** -0.5
    hidden = torch.zeros_like(scores).masked_fill(~keep[:, None, None, :], HIDDEN)
    return reduce((scores + hidden).softmax(-1), "b h query key -> b query key", "mean")


def grids(
    weights: Float[Tensor, "anchors tokens"], crops: tuple[ImageTokens, ImageTokens], photos: int
) -> tuple[Tensor, Tensor]:
    """Shares laid back onto the grids of body pictures and of face crops, from which the background was dropped."""
    kept = [pack_foreground(each.grid, each.foreground)[1:] for each in crops]
    both = rearrange(weights, "anchor (photo token) -> photo anchor token", photo=photos)
    parts = both.split([keep.shape[1] for keep, _ in kept], -1)
    laid = []
    for part, (keep, place), crop in zip(parts, kept, crops, strict=True):
        grid = part.new_zeros(photos, part.shape[1], crop.grid.shape[1])
        grid.scatter_(2, place[:, None].expand_as(part), part * keep[:, None])
        laid.append(rearrange(grid, "photo anchor (rows columns) -> anchor photo rows columns", rows=crop.rows))
    return laid[0], laid[1]


def regions(template: Template, part: Int[Tensor, "*points"]) -> Int[Tensor, "*points"]:
    """Place in `REGIONS` of a place in `PARTS`."""
    joined = [REGIONS.index(name if name in REGIONS else "face") for name in PARTS]
    return torch.tensor(joined, device=template.part.device)[part]


def anchor_regions(template: Template) -> Int[Tensor, "anchors"]:
    """To which body part an anchor belongs: that of most of its Gaussians."""
    return regions(template, template.part.unflatten(0, (-1, template.config.per_anchor))).mode(-1).values


def shown_regions(maps: tuple[Tensor, Tensor], template: Template) -> Float[Tensor, "photos rows columns regions"]:
    """Of each token the share of its person's pixels that shows each body part, from canonical maps (points, 1 where known)."""
    points, known = maps
    inside = known[:, 0] > 0.5
    pixels = torch.zeros(*inside.shape, len(REGIONS), device=points.device)
    if inside.any():
        pixels[inside] = F.one_hot(regions(template, parts_of(points, inside, template)), len(REGIONS)).float()
    counts = reduce(pixels, "photo (r y) (c x) region -> photo r c region", "sum", y=CELL, x=CELL)
    return counts / counts.sum(-1, keepdim=True).clamp(min=1)


@dataclass(frozen=True)
class Mass:
    """By body part (places in `REGIONS`): the share of its anchors' attention that falls on tokens in proportion to how much of
    the part they show. NaN where no photo shows the part, or no anchor belongs to it."""

    right: Float[Tensor, "regions"]
    """As the model looks."""
    other_anchors: Float[Tensor, "regions"]
    """If anchors change places: the mean over all shuffles, which is what all anchors look at."""
    other_tokens: Float[Tensor, "regions"]
    """If the tokens of each crop change places: the mean over all shuffles, which is how much of the crop shows the part."""


@torch.no_grad()
def mass(template: Template, looked: Gaze, shown: Sequence[Float[Tensor, "photos _ _ regions"]]) -> Mass:
    """The numbers of one person's photos; `shown` is what body pictures and face crops show (`shown_regions`)."""
    own, count = anchor_regions(template), len(REGIONS)
    each, mixed, area = (torch.zeros(len(own), count, device=own.device) for _ in range(3))
    for attention, parts in zip((looked.body, looked.face), shown, strict=True):
        hit = einsum(attention, parts, "anchor photo r c, photo r c region -> anchor region")
        there = (parts.sum(-1, keepdim=True) > 0).float()
        share = parts.sum((1, 2)) / there.sum((1, 2)).clamp(min=1)
        each, mixed = each + hit, mixed + hit.mean(0)
        area = area + einsum(attention, share, "anchor photo r c, photo region -> anchor region")
    belongs = F.one_hot(own, count).float()
    weight = belongs.sum(0) * (mixed[0] > 0)
    return Mass(
        *((belongs * values).sum(0) / torch.where(weight > 0, weight, torch.nan) for values in (each, mixed, area))
    )


def attention_scores(model: LCA, example: Batch) -> dict[str, Score]:
    """`mass`, `mass_shuffled` (anchors change places) and `mass_tokens_shuffled` of the last layer: means over the body parts
    that photos show, so that a face, where anchors are densest, counts no more than a foot; `above_shuffled`, the difference of
    the first two; the first two of each part; and the first and the difference of each layer, `layer_1` the first one."""
    maps = example.body_canonical, example.face_canonical
    shown = [shown_regions(each, model.template) for each in maps]
    if not any(each.any() for each in shown):
        return dict.fromkeys((*MEANS, "above_shuffled"), NO_MAPS)
    layers = [mass(model.template, looked, shown) for looked in gazes(model, example.photos)]
    means = [{name: float(getattr(layer, field).nanmean()) for name, field in MEANS.items()} for layer in layers]
    scores: dict[str, Score] = {**means[-1], "above_shuffled": means[-1]["mass"] - means[-1]["mass_shuffled"]}
    each = zip(REGIONS, layers[-1].right.tolist(), layers[-1].other_anchors.tolist(), strict=True)
    for name, right, mixed in each:
        scores |= dict.fromkeys((name, f"{name}_shuffled"), HIDDEN_PART)
        if not math.isnan(right):
            scores |= {name: right, f"{name}_shuffled": mixed}
    for place, layer in enumerate(means, 1):
        scores[f"layer_{place}"] = layer["mass"]
        scores[f"layer_{place}_above_shuffled"] = layer["mass"] - layer["mass_shuffled"]
    return scores


def probe_attention(model: LCA, subject: Subject) -> dict[str, Score]:
    """`attention` of report.json (`lca.training.probes`)."""
    return attention_scores(model, subject.example)
