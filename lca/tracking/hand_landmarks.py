"""21 landmarks of each hand, sought where the body's landmarks have the hands."""

import math
from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.tracking.body_landmarks import BodyLandmarks
from lca.tracking.network import load_network
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

RECROP, NETWORK = "hand_recrop.tflite", "hand_landmark_full.tflite"
ROOM = 2.7
"""The search square over twice the way from wrist to knuckles."""
SHIFT = -0.1
"""Squares sit a little towards the fingertips."""


@dataclass(frozen=True)
class HandLandmarks:
    """Order: wrist, then four points each of thumb, index, middle, ring and little finger, from the palm to the tip."""

    points: Float[Tensor, "21 2"]
    """Pixels of the photo."""
    presence: float
    """The network's own probability that there is a hand."""


def find_hand(image: PhotoPyramid, body: BodyLandmarks, side: str) -> HandLandmarks:
    """The "left" or "right" hand (the person's)."""
    region = _sharper(image, _search_region(body, side))
    network = load_network(NETWORK)
    size = network.shape[1]
    points, presence = network(rearrange(region.cut(image, size), "c h w -> 1 h w c").numpy())[:2]
    inside = torch.from_numpy(points.reshape(21, 3)[:, :2].copy()) / size
    return HandLandmarks(region.to_photo(inside), float(presence[0, 0]))


def _search_region(body: BodyLandmarks, side: str) -> Region:
    """About the knuckles, fingers up."""
    wrist, index, pinky = (body.point(f"{side}_{part}") for part in ("wrist", "index", "pinky"))
    knuckle = (2 * index + pinky) / 3
    start, end = _pair(wrist), _pair(knuckle)
    return Region.upright(start, end, end, 2 * max(math.dist(start, end), 2.0)).moved(0.0, SHIFT, ROOM)


def _sharper(image: PhotoPyramid, region: Region) -> Region:
    """A small network says where in the search square the hand is: its middle, and a point at its lower edge."""
    network = load_network(RECROP)
    size = network.shape[1]
    values = network(rearrange(region.cut(image, size), "c h w -> 1 h w c").numpy())[0]
    middle, edge = region.to_photo(torch.from_numpy(values.reshape(2, 2).copy()) / size)
    half = max(math.dist(_pair(middle), _pair(edge)), 1.0)
    return Region.upright(_pair(edge), _pair(middle), _pair(middle), 2 * half).moved(0.0, SHIFT, 1.0)


def _pair(point: Float[Tensor, "2"]) -> tuple[float, float]:
    return float(point[0]), float(point[1])
