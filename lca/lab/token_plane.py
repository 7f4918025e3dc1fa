"""Do geometry tokens tell where a person was filmed? Wild and studio people in one plane, and a linear probe."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from lca.data.batch import Batch
from lca.lab.figures import CAPTION, INK, PAPER
from lca.model.network import LCA

RIDGE = 0.1
"""Added to the probe's covariance, as a share of its mean variance: there are more channels than people."""
SHUFFLES = 40
"""How often people change places to see what luck does."""
COLOURS = {"wild": (47, 111, 181), "studio": (226, 120, 40)}
MARGIN, DOT = 16, 5
"""Pixels."""


@dataclass(frozen=True)
class TokenPlane:
    """People of both stages in the plane of the first two principal components of their tokens."""

    wild: Float[Tensor, "people 2"]
    studio: Float[Tensor, "others 2"]
    explained: float
    """Share of the variance that the plane shows."""
    probe: float
    """Share of right answers of the probe; chance is 0.5."""
    luck: tuple[float, float]
    """Between which shares nine in ten probes lie if who is wild and who is studio is drawn by lot."""


def token_plane(model: LCA, wild: Sequence[Batch], studio: Sequence[Batch]) -> TokenPlane:
    """Analyse the tokens of all these people together."""
    first, second = person_tokens(model, wild), person_tokens(model, studio)
    every = torch.cat([first, second])
    _, sizes, axes = torch.linalg.svd(every - every.mean(0), full_matrices=False)
    places = (every - every.mean(0)) @ axes.T  # rotated into the space that people span: the probe loses nothing
    split, lots = [len(first), len(second)], torch.Generator().manual_seed(0)
    drawn = [probe_accuracy(*places[torch.randperm(len(places), generator=lots)].split(split)) for _ in range(SHUFFLES)]
    low, high = torch.tensor(drawn).quantile(torch.tensor([0.05, 0.95])).tolist()
    return TokenPlane(
        *places[:, :2].split(split),
        explained=float((sizes[:2] ** 2).sum() / (sizes**2).sum().clamp(min=1e-12)),
        probe=probe_accuracy(*places.split(split)),
        luck=(low, high),
    )


@torch.no_grad()
def person_tokens(model: LCA, people: Sequence[Batch]) -> Float[Tensor, "people width"]:
    """T_gs after the last layer, its mean over the anchors of each person."""
    return torch.stack([model.read(example.photos[None])[1].tokens[0].mean(0) for example in people])


def probe_accuracy(one: Float[Tensor, "people width"], other: Float[Tensor, "others width"]) -> float:
    """How often a linear probe (discriminant analysis with a ridge) tells two groups apart, on people it was not fitted to.

    Every pair of one person of each group is held out once, and both are asked: chance is 0.5 whatever the group sizes.
    """
    right = []
    for left, held in itertools.product(range(len(one)), range(len(other))):
        a, b = (torch.cat([group[:k], group[k + 1 :]]) for group, k in ((one, left), (other, held)))
        inside = torch.cat([a - a.mean(0), b - b.mean(0)])
        covariance = inside.T @ inside / len(inside)
        ridge = RIDGE * covariance.diagonal().mean().clamp(min=1e-12) * torch.eye(len(covariance))
        direction = torch.linalg.solve(covariance + ridge, a.mean(0) - b.mean(0))
        middle = (a.mean(0) + b.mean(0)) / 2
        right += [float((one[left] - middle) @ direction > 0), float((other[held] - middle) @ direction < 0)]
    return sum(right) / len(right)


def plane_picture(plane: TokenPlane, title: str = "", size: int = 260) -> Image.Image:
    """Wild people blue, studio people orange; below, the probe's accuracy and what luck gives."""
    picture = Image.new("RGB", (size, size + 2 * CAPTION), PAPER)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    both = torch.cat([plane.wild, plane.studio])
    low, room = both.amin(0), (both.amax(0) - both.amin(0)).clamp(min=1e-9)
    for line, (name, places) in enumerate((("wild", plane.wild), ("studio", plane.studio))):
        for x, y in ((places - low) / room * (size - 2 * MARGIN) + MARGIN).tolist():
            pen.ellipse([x - DOT, y - DOT, x + DOT, y + DOT], fill=COLOURS[name])
        pen.text((size - 4, size - (2 - line) * CAPTION), name, fill=COLOURS[name], anchor="ra", font=font)
    pen.rectangle([0, 0, size - 1, size - 1], outline=(210, 210, 210))
    pen.text((size // 2, size + CAPTION // 2), title, fill=INK, anchor="mm", font=font)
    found = f"probe {plane.probe:.0%} right, by luck {plane.luck[0]:.0%} to {plane.luck[1]:.0%}"
    pen.text((size // 2, size + 3 * CAPTION // 2), found, fill=INK, anchor="mm", font=font)
    return picture
