"""Cameras that go where a part of the body is now: the head, the hands, the whole person; of two people, where both have it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.panel.state import DISTANCES, Viewpoint

HEAD = (15, 23, 24)
"""Joints of the head: its own and both eyes."""
HANDS = (20, 21, *range(25, 55))
"""Wrists and fingers."""
PARTS: dict[str, tuple[tuple[int, ...], float]] = {
    "body": (tuple(range(55)), 0.15),
    "head": (HEAD, 0.18),
    "hands": (HANDS, 0.09),
}
"""What a camera may go to: its joints, and how much flesh and cloth is round them, metres."""


def aimed(view: Viewpoint, part: str, people: Sequence[Float[Tensor, "55 3"]]) -> Viewpoint:
    """The view from the same side, as near as it gets with `part` of everybody's posed joints (world, metres) in the picture."""
    chosen, margin = PARTS[part]
    points = torch.cat([joints[list(chosen)] for joints in people])
    centre = (points.amin(0) + points.amax(0)) / 2
    radius = float((points - centre).norm(dim=1).max()) + margin
    distance = radius / math.sin(view.field_of_view / 2)
    x, y, z = centre.tolist()
    return replace(view, target=(x, y, z), distance=min(DISTANCES[1], max(DISTANCES[0], distance)))
