"""What geometry tokens look at: the attention of the last multimodal layer over the tokens of all photos, and its number.

The layer itself never forms these weights: they are computed anew, from what went into it, so that results and speed of the model
are those without a look inside. Weights are the mean over the heads.
"""

from collections.abc import Iterator
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
from lca.model.fusion import FusionLayer
from lca.model.layers import HIDDEN, Attention, CrossBlock, pack_foreground
from lca.model.network import LCA
from lca.model.template import Template
from lca.training.probes import Subject
from lca.training.scores import NO_MAPS, Score, parts_of

REGIONS = tuple(name for name in PARTS if name not in ("eye", "mouth"))
"""Body parts that are asked for; eyes and mouth, which are smaller than a token, count to the face."""
CELL = PATCH // 2
"""Side of a token in pixels of the canonical maps, which have half the photos' size."""
HIDDEN_PART = "no photo shows this part, or no anchor belongs to it"


@dataclass(frozen=True)
class Gaze:
    """Where each geometry token looks: shares of attention that sum to 1 over all photos, bodies and faces together."""

    body: Float[Tensor, "anchors photos rows columns"]
    face: Float[Tensor, "anchors photos face_rows face_columns"]


@torch.no_grad()
def gaze(model: LCA, photos: Photos) -> Gaze:
    """The attention of the last layer over the photos of one person (no batch axis)."""
    tokens = model.tokenise(photos[None])
    evidence = model.transport.carry(model.transport.maps(tokens, model.template), photos[None], model.template)
    with inputs_of(last_block(model)) as caught:
        model.fuse(tokens, evidence)
    queries, context, keep = (x.float() if x.is_floating_point() else x for x in caught)
    block = last_block(model)
    weights = shares(block.attention, block.norm_query(queries), block.norm_context(context), keep)[0]
    return Gaze(*grids(weights, tokens, len(photos)))


def last_block(model: LCA) -> CrossBlock:
    """The last layer in which geometry and image tokens meet."""
    layer = model.fusion.layers[-1]
    assert isinstance(layer, FusionLayer)
    return layer.multimodal


@contextmanager
def inputs_of(block: CrossBlock) -> Iterator[list[Tensor]]:
    """Within it, what goes into `block` (queries, context, keep) is put into the list."""
    caught: list[Tensor] = []
    handle = block.register_forward_pre_hook(lambda _, given: caught.extend(given))
    try:
        yield caught
    finally:
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
def mass(model: LCA, example: Batch) -> Mass | None:
    """The numbers of one person's photos; None where no canonical map says which part a pixel shows."""
    template, looked = model.template, gaze(model, example.photos)
    pairs = [(looked.body, example.body_canonical), (looked.face, example.face_canonical)]
    own, count = anchor_regions(template), len(REGIONS)
    each, mixed, area = (torch.zeros(len(own), count, device=own.device) for _ in range(3))
    for attention, maps in pairs:
        shown = shown_regions(maps, template)
        hit = einsum(attention, shown, "anchor photo r c, photo r c region -> anchor region")
        there = (shown.sum(-1, keepdim=True) > 0).float()
        share = shown.sum((1, 2)) / there.sum((1, 2)).clamp(min=1)
        each, mixed = each + hit, mixed + hit.mean(0)
        area = area + einsum(attention, share, "anchor photo r c, photo region -> anchor region")
    if not mixed.any():
        return None
    belongs = F.one_hot(own, count).float()
    weight = belongs.sum(0) * (mixed[0] > 0)
    return Mass(
        *((belongs * values).sum(0) / torch.where(weight > 0, weight, torch.nan) for values in (each, mixed, area))
    )


def attention_scores(model: LCA, example: Batch) -> dict[str, Score]:
    """`mass`, `mass_shuffled` (anchors change places) and `mass_tokens_shuffled`: means over the body parts that photos show, so
    that a face, where anchors are densest, counts no more than a foot; `above_shuffled`, the difference of the first two; then
    the first two of each part."""
    found = mass(model, example)
    if found is None:
        return dict.fromkeys(("mass", "mass_shuffled", "mass_tokens_shuffled", "above_shuffled"), NO_MAPS)
    means = [float(values.nanmean()) for values in (found.right, found.other_anchors, found.other_tokens)]
    scores: dict[str, Score] = dict(zip(("mass", "mass_shuffled", "mass_tokens_shuffled"), means, strict=True))
    scores["above_shuffled"] = means[0] - means[1]
    for name, right, mixed in zip(REGIONS, found.right.tolist(), found.other_anchors.tolist(), strict=True):
        known = right == right
        scores[name] = right if known else HIDDEN_PART
        scores[f"{name}_shuffled"] = mixed if known else HIDDEN_PART
    return scores


def probe_attention(model: LCA, subject: Subject) -> dict[str, Score]:
    """`attention` of report.json (`lca.training.probes`)."""
    return attention_scores(model, subject.example)
