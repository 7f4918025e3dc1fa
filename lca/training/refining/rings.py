"""What clothes and feet look like where no photo shows them: as they look elsewhere on the ring round the body.

Hems, cuffs, belts and socks go round a body, and a harmonic field alone would fade from skin to shirt over a whole back. So of
the places at the same height that photos show (along the arm, for sleeves), near ones first, the commonest colour is expected;
their mean where none is the commonest by far, as in a pattern. Prints hardly count: small pieces of one colour that do not reach
from rim to rim of what is seen. Colours spread less between places where different ones are expected.
"""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.cluster.vq import kmeans, vq
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from torch import Tensor

from lca.training.refining.surface import SurfaceGraph

COLOURS = 8
"""Colours that clothes are sorted into, at most."""
VOTING, SWEEPS = 15.0, 20
"""Smoothing of the vote on what colour a place has, and its sweeps: some two Gaussians round about."""
SMALLEST = 0.02
"""Square metres from which on a piece is no print."""
JOINED = 0.1
"""Weight of a link from which on two Gaussians of one colour are of one piece: neighbours, and mirror images."""
RIM, OPPOSITE = 6, 0.6
"""Gaussians on the rim of what is seen by which a piece reaches it, and the length of their mean direction, of 1, below which
they lie on both sides."""
PRINTED = 0.03
"""Vote of a print, of 1."""
ON_RING = 128
"""Places asked about each."""
ROUND = 8.0
"""How much nearer places seem that lie round the body than those along it."""
HEIGHT, WIDTH, CLOSE = 0.012, 3.0, 0.02
"""A vote falls off over these metres along the body, and round it over so many times the way to the nearest that is asked, but
over these metres at least."""
BEYOND = 1.3
"""The same along the body, where nothing is seen at that height."""
ALIKE = 0.12
"""Distance (sRGB) over which two colours vote for each other, and from which on little passes between them."""
DIVIDED, CLEAR = 0.5, 0.7
"""Shares of the votes up to which the mean is expected, and from which on the commonest colour is."""
EXPECTED = 0.2
"""Weight of the colour that is expected, of a neighbour's 1."""
NOTHING = -1


def other_sides(
    colors: Float[Tensor, "gaussians 3"],
    predicted: Float[Tensor, "gaussians 3"],
    gate: Float[Tensor, "gaussians"],
    spacing: Float[Tensor, "gaussians"],
    surface: SurfaceGraph,
) -> tuple[SurfaceGraph, Float[Tensor, "gaussians 3"]]:
    """The graph and the predicted colours for `filling.fill`, where no photo shows clothes or feet (`gate`); `spacing` is the
    Gaussians' distance from each other, metres."""
    seen = (gate > 0.5).numpy() & surface.clothed
    lost = ~seen & surface.clothed
    if not seen.any() or not lost.any():
        return surface, predicted
    palette, found = _sorted_out(colors.numpy(), seen)
    trust = np.where(_printed(found, len(palette), spacing.numpy(), surface), PRINTED, 1.0)
    expected = predicted.numpy().copy()
    expected[lost] = _commonest(colors.numpy(), palette, found, trust, lost, surface)
    own = np.where(lost, EXPECTED, surface.own)
    return replace(surface, links=_up_to_hems(surface, lost, expected), own=own), torch.from_numpy(expected)


def _sorted_out(colors: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The colours of what is `seen` (colours, 3), and which of them each Gaussian has."""
    shown = colors[seen].astype(np.float64)
    by_brightness = shown[shown.sum(1).argsort(kind="stable")]
    guess = by_brightness[np.linspace(0, len(shown) - 1, 2 * min(COLOURS, len(shown)) + 1).astype(int)[1::2]]
    palette = np.asarray(kmeans(shown, guess)[0])
    found = np.full(len(colors), NOTHING)
    found[seen] = vq(shown, palette)[0]
    return palette, found


def _printed(found: np.ndarray, colours: int, spacing: np.ndarray, surface: SurfaceGraph) -> np.ndarray:
    """What stands out from round about it, and small pieces that do not go from rim to rim."""
    votes = torch.from_numpy(found[:, None] == np.arange(colours)).float()
    votes = surface.smooth(votes, torch.full((len(votes), 1), VOTING), sweeps=SWEEPS).numpy()
    label = np.where(found == NOTHING, NOTHING, votes.argmax(1))
    links = surface.links.tocoo()
    same = (links.data > JOINED) & (label[links.row] == label[links.col]) & (label[links.row] != NOTHING)
    joined = csr_matrix((np.ones(same.sum(), bool), (links.row[same], links.col[same])), links.shape)
    piece = connected_components(joined, directed=False)[1]
    area = np.bincount(piece, weights=spacing.astype(np.float64) ** 2)
    return (label != found) | ((area < SMALLEST) & ~_from_rim_to_rim(piece, found, surface))[piece]


def _from_rim_to_rim(piece: np.ndarray, found: np.ndarray, surface: SurfaceGraph) -> np.ndarray:
    """Which pieces reach the rim of what is seen on both sides."""
    lost = surface.clothed & (found == NOTHING)
    rim = (found != NOTHING) & (lost[surface.near].sum(1) > 1)
    count = np.bincount(piece[rim], minlength=piece.max() + 1)
    sides = surface.outward[rim]
    sums = [np.bincount(piece[rim], sides[:, axis], len(count)) for axis in range(3)]
    return (count >= RIM) & (np.linalg.norm(sums, axis=0) < OPPOSITE * count)


def _commonest(
    colors: np.ndarray,
    palette: np.ndarray,
    found: np.ndarray,
    trust: np.ndarray,
    lost: np.ndarray,
    surface: SurfaceGraph,
) -> np.ndarray:
    """What the rings of the `lost` have where photos show them, (lost, 3)."""
    seen, along = found != NOTHING, surface.along
    places = np.concatenate([along[:, None], surface.across / ROUND], 1)
    far, asked = KDTree(places[seen]).query(places[lost], k=min(ON_RING, int(seen.sum())))
    far, asked = far.reshape(lost.sum(), -1), np.flatnonzero(seen)[asked].reshape(lost.sum(), -1)
    height = np.abs(along[lost][:, None] - along[asked])
    way = ROUND * np.sqrt(np.maximum(far**2 - height**2, 0.0))
    nearest = np.where(height < 2.0 * HEIGHT, way, way[:, :1]).min(1, keepdims=True)
    width = np.maximum(WIDTH * nearest, CLOSE)
    within = np.maximum(BEYOND * height.min(1, keepdims=True), HEIGHT)
    votes = trust[asked] * np.exp(-0.5 * ((height / within) ** 2 + (way / width) ** 2)) + 1e-12
    label = found[asked]
    counts = np.stack([(votes * (label == colour)).sum(1) for colour in range(len(palette))], 1)
    shared = counts @ _likeness(palette[:, None] - palette) * (counts > 0)
    winner, all_votes = shared.argmax(1), votes.sum(1)
    clear = np.clip((shared.max(1) / all_votes - DIVIDED) / (CLEAR - DIVIDED), 0.0, 1.0)[:, None]
    mean = (votes[..., None] * colors[asked]).sum(1) / all_votes[:, None]
    votes *= label == winner[:, None]
    return mean + clear * ((votes[..., None] * colors[asked]).sum(1) / votes.sum(1, keepdims=True) - mean)


def _likeness(apart: np.ndarray) -> np.ndarray:
    """From 0 to 1, of differences of colours."""
    return np.exp(-0.5 * (np.linalg.norm(apart, axis=-1) / ALIKE) ** 2)


def _up_to_hems(surface: SurfaceGraph, lost: np.ndarray, expected: np.ndarray) -> csr_matrix:
    """The links, weaker where of two neighbours that nobody sees different colours are expected."""
    links = surface.links.tocoo()
    both = lost[links.row] & lost[links.col]
    passes = np.where(both, _likeness(expected[links.row] - expected[links.col]), 1.0)
    return csr_matrix(((links.data * passes).astype(np.float32), (links.row, links.col)), links.shape)
