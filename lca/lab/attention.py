"""Where chosen geometry tokens look, as pictures: heat over the photos and their face crops."""

import math
from collections.abc import Mapping, Sequence
from itertools import product

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Batch
from lca.formats.photos import Photos
from lca.geometry.body_file import load_body
from lca.lab.figures import column, row
from lca.model.network import LCA
from lca.model.template import Template
from lca.training.attention import Gaze, gazes
from lca.training.evaluate import Evaluation, chosen_captures, example_at, open_splits

CHOSEN = ("nose", "left_ear", "left_index", "right_index", "left_heel")
"""Landmarks of the body whose anchors a picture shows, if it is not told which."""
FEW = ("nose", "left_index", "left_heel")
"""The same where every layer is shown."""
HOT = (1.0, 0.25, 0.05)
"""sRGB of strong attention."""
FULL = 12.0
"""Even shares of attention that are drawn full; the same for all pictures, so that models can be compared."""
GREYED = 0.55
"""How much of a photo's own colour is left under the heat."""


def anchor_near(template: Template, landmark: str) -> int:
    """The anchor nearest to a landmark of the body (`lca.geometry.body.Body.landmarks`)."""
    body = load_body()
    point = body.template[body.landmarks[landmark]].to(template.anchors)
    return int((template.anchors - point).norm(dim=-1).argmin())


def heat(
    photo: Float[Tensor, "3 height width"], times: Float[Tensor, "rows columns"]
) -> Float[Tensor, "3 height width"]:
    """A photo, paler, under the attention that its tokens get, in even shares: none up to one share, full from `FULL` on."""
    strength = (times.clamp(min=1).log() / math.log(FULL)).clamp(max=1)[None, None]
    strength = F.interpolate(strength.cpu(), photo.shape[-2:], mode="bilinear", align_corners=False)[0]
    grey = photo.mean(0, keepdim=True)
    pale = 1 - (1 - (GREYED * photo + (1 - GREYED) * grey)) * 0.8
    return pale * (1 - strength) + torch.tensor(HOT)[:, None, None] * strength


def looks(photos: Photos, looked: Gaze, anchor: int, words: str = "", height: int = 140) -> Image.Image:
    """One anchor's attention over all photos and face crops in one row; below, how much of it each gets. An even share is what
    every foreground token would get if the anchor looked nowhere."""
    shown = torch.cat([looked.body[anchor].flatten(), looked.face[anchor].flatten()])
    even = 1 / (shown > 0).sum().clamp(min=1)
    pictures, captions = [], []
    for k in range(len(photos)):
        for photo, weights in ((photos.body[k], looked.body[anchor, k]), (photos.face[k], looked.face[anchor, k])):
            pictures.append(heat(photo.cpu(), weights / even))
            captions.append(f"{weights.sum():.0%}")
    return row(pictures, [f"{words} {captions[0]}", *captions[1:]], height)


def attention_picture(
    models: Mapping[str, LCA],
    example: Batch,
    landmarks: Sequence[str] = CHOSEN,
    layers: Sequence[int] = (-1,),
    height: int = 140,
) -> Image.Image:
    """The photos of one person; below, for each landmark's anchor a row of each model and each of `layers` (-1: the last)."""
    looked = {name: gazes(model, example.photos) for name, model in models.items()}
    plain = [picture[k] for k in range(len(example.photos)) for picture in (example.photos.body, example.photos.face)]
    lines = [row([picture.cpu() for picture in plain], (), height)]
    for landmark in landmarks:
        for (name, model), layer in product(models.items(), layers):
            words = " ".join(filter(None, [landmark, name, f"layer {layer + 1}" if len(layers) > 1 else ""]))
            lines.append(
                looks(example.photos, looked[name][layer], anchor_near(model.template, landmark), words, height)
            )
    return column(lines)


def first_look(model: LCA, evaluation: Evaluation) -> Image.Image:
    """What anchors of some landmarks look at, layer by layer, in the photos of the first person that an evaluation measures."""
    sources, _ = open_splits(evaluation)
    first = next(recording for _, _, recording in chosen_captures(evaluation, sources)[0])
    example, _, _ = example_at(0, first, evaluation.photos, evaluation.targets)
    layers = range(len(model.fusion.layers))
    return attention_picture({"": model}, example.to(model.template.points.device), FEW, layers)
