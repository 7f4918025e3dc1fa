"""What a garment looks like from behind: its colour on the other side, up to the same hems, without the prints.

A harmonic field alone would fade from skin to shirt over a whole back. So what photos show of clothes is sorted into pieces
of one colour; pieces too small to be a garment are prints, trims and pockets, and go to what surrounds them. Behind each piece
its own colour is expected, and none passes from one piece into the next.
"""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.cluster.vq import kmeans, vq
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from lca.training.refining.surface import SurfaceGraph

COLOURS = 6
"""Colours that clothes are sorted into, at most."""
VOTING, SWEEPS = 30.0, 20
"""Smoothing of the vote on what colour a place has, and its sweeps: some three Gaussians round about."""
SMALLEST = 0.02
"""Square metres of a garment, or of the skin that it leaves bare, at least."""
JOINED = 0.1
"""Weight of a link from which on two Gaussians of one colour are of one piece: neighbours, and mirror images."""
ALIKE = 0.12
"""Distance of two colours (sRGB) from which on little passes between them."""
EXPECTED = 0.1
"""Weight of the colour that is expected behind a piece, of a neighbour's 1."""
NOTHING = -1


def other_sides(
    colors: Float[Tensor, "gaussians 3"],
    predicted: Float[Tensor, "gaussians 3"],
    gate: Float[Tensor, "gaussians"],
    spacing: Float[Tensor, "gaussians"],
    surface: SurfaceGraph,
) -> tuple[SurfaceGraph, Float[Tensor, "gaussians 3"]]:
    """The graph and the predicted colours for `filling.fill`, where no photo shows a garment (`gate`) but one shows its other
    side; `spacing` is the Gaussians' distance from each other, metres."""
    seen = (gate > 0.5).numpy() & surface.clothed
    if not seen.any():
        return surface, predicted
    palette, found = _sorted_out(colors.numpy(), seen)
    label = _without_prints(found, len(palette), spacing.numpy(), surface)
    behind = surface.behind
    lost = (behind != NOTHING) & (gate < 0.5).numpy()
    lost[lost] &= label[behind[lost]] != NOTHING
    expected = predicted.clone()
    expected[torch.from_numpy(lost)] = _colour_of(colors, label, found, palette, surface)[behind[lost]]
    piece = np.where(lost, label[behind], NOTHING)
    own = np.where(lost, EXPECTED, surface.own)
    return replace(surface, links=_up_to_hems(surface, piece, palette), own=own), expected


def _sorted_out(colors: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The colours of what is `seen` (colours, 3), and which of them each Gaussian has."""
    shown = colors[seen].astype(np.float64)
    by_brightness = shown[shown.sum(1).argsort(kind="stable")]
    guess = by_brightness[np.linspace(0, len(shown) - 1, 2 * min(COLOURS, len(shown)) + 1).astype(int)[1::2]]
    palette = np.asarray(kmeans(shown, guess)[0])
    found = np.full(len(colors), NOTHING)
    found[seen] = vq(shown, palette)[0]
    return palette, found


def _without_prints(found: np.ndarray, colours: int, spacing: np.ndarray, surface: SurfaceGraph) -> np.ndarray:
    """The colour of the piece that each seen Gaussian belongs to."""
    label = np.where(found == NOTHING, NOTHING, _vote(found, colours, surface))
    links = surface.links.tocoo()
    same = (links.data > JOINED) & (label[links.row] == label[links.col]) & (label[links.row] != NOTHING)
    joined = csr_matrix((np.ones(same.sum(), bool), (links.row[same], links.col[same])), links.shape)
    piece = connected_components(joined, directed=False)[1]
    area = np.bincount(piece, weights=spacing.astype(np.float64) ** 2)
    large = np.where(area[piece] < SMALLEST, NOTHING, label)
    return np.where(label == NOTHING, NOTHING, np.where(large == NOTHING, _vote(large, colours, surface), large))


def _vote(label: np.ndarray, colours: int, surface: SurfaceGraph) -> np.ndarray:
    """The commonest label round about each Gaussian; `NOTHING` where none is near."""
    votes = _around(torch.from_numpy(label[:, None] == np.arange(colours)).float(), surface).numpy()
    return np.where(votes.max(1) > 0, votes.argmax(1), NOTHING)


def _around(values: Tensor, surface: SurfaceGraph) -> Tensor:
    return surface.smooth(values, torch.full((len(values), 1), VOTING), sweeps=SWEEPS)


def _colour_of(
    colors: Tensor, label: np.ndarray, found: np.ndarray, palette: np.ndarray, surface: SurfaceGraph
) -> Float[Tensor, "gaussians 3"]:
    """The piece's own colour round about each Gaussian, prints left out."""
    base = torch.from_numpy(palette[np.maximum(label, 0)]).float()
    for colour in range(len(palette)):
        own = torch.from_numpy((label == colour) & (found == colour)).float()[:, None]
        sums = _around(torch.cat([colors * own, own], -1), surface)
        here = torch.from_numpy(label == colour) & (sums[:, 3] > 1e-4)
        base[here] = sums[here, :3] / sums[here, 3:]
    return base


def _up_to_hems(surface: SurfaceGraph, piece: np.ndarray, palette: np.ndarray) -> csr_matrix:
    """The links, cut where what lies behind two Gaussians is of two pieces; what is expected speaks for the other side itself."""
    links = surface.links.tocoo()
    one, other = piece[links.row], piece[links.col]
    apart = np.linalg.norm(palette[one] - palette[other], axis=-1)
    passes = np.where((one != NOTHING) & (other != NOTHING), np.exp(-0.5 * (apart / ALIKE) ** 2), 1.0)
    through = ((one != NOTHING) & (surface.behind[links.row] == links.col)) | (
        (other != NOTHING) & (surface.behind[links.col] == links.row)
    )
    weights = np.where(through, 0.0, links.data * passes).astype(np.float32)
    return csr_matrix((weights, (links.row, links.col)), links.shape)
