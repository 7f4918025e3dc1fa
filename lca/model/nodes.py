"""Garment nodes: sparse points on trunk and legs, and the Gaussians that follow them.

The second level of the paper's deformer. Nodes are drawn once, by farthest-point sampling of the template's Gaussians below the
chest; each Gaussian there follows the nearest few of its own leg. Everything else of the body follows none.
"""

import torch
from einops import einsum
from jaxtyping import Float, Int
from torch import Tensor, nn

from lca.geometry.body import PARTS
from lca.model.template import Template

NODES = 160
FOLLOWED, NEAR, NEIGHBOURS = 4, 24, 8
"""Nodes that a Gaussian follows; Gaussians round a node whose mean place it knows; nodes that a node is tied to."""
TRUNK = ("torso", "hips", "thigh", "calf")
CHEST, FADE = 0.15, 0.1
"""Metres above the origin of the template where garments end, and over which they begin."""
CROTCH, APART = -0.35, 1.0
"""Below this height (m) the two legs' points count as so many metres further apart than they are."""


class GarmentNodes(nn.Module):
    """Fixed placement; buffers only, no weights.

    `node` are the Gaussians at whose place the nodes sit, `anchor` theirs; `followers` are the Gaussians that follow nodes,
    `follow` which, `share` how much (rows add up to 1, less where the garment fades out at the chest); `near` the Gaussians
    round each node; `ties` its neighbours.
    """

    node: Tensor
    anchor: Tensor
    places: Tensor
    followers: Tensor
    follow: Tensor
    share: Tensor
    near: Tensor
    ties: Tensor

    def __init__(self, template: Template):
        super().__init__()
        points = template.points
        on_trunk = torch.tensor([name in TRUNK for name in PARTS])[template.part]
        followers = (on_trunk & (points[:, 1] < CHEST)).nonzero()[:, 0]
        node = followers[farthest_points(points[followers], min(NODES, len(followers)))]
        places, count = points[node], min(FOLLOWED, len(node))
        distance, follow = _distances(points[followers], places).topk(count, largest=False)
        nearness = torch.exp(-2.0 * (distance / distance[:, -1:].clamp(min=1e-3)) ** 2)
        faded = ((CHEST - points[followers, 1]) / FADE).clamp(0, 1)
        fixed = {
            "node": node,
            "anchor": node // template.config.per_anchor,
            "places": places,
            "followers": followers,
            "follow": follow,
            "share": nearness / nearness.sum(-1, keepdim=True) * faded[:, None],
            "near": torch.cdist(places, points).topk(min(NEAR, len(points)), largest=False).indices,
            "ties": _distances(places, places).topk(min(NEIGHBOURS + 1, len(node)), largest=False).indices[:, 1:],
        }
        for name, value in fixed.items():
            self.register_buffer(name, value, persistent=False)

    def spread(self, values: Float[Tensor, "people nodes channels"]) -> Float[Tensor, "people followers channels"]:
        """What the nodes have, at the Gaussians that follow them."""
        return einsum(values[:, self.follow], self.share, "p g k c, g k -> p g c")

    def around(self, values: Float[Tensor, "people gaussians channels"]) -> Float[Tensor, "people nodes channels"]:
        """The mean of what the Gaussians round each node have."""
        return values[:, self.near].mean(2)

    def stretch(
        self, before: Float[Tensor, "people nodes 3"], after: Float[Tensor, "people nodes 3"]
    ) -> Float[Tensor, "people nodes"]:
        """Logarithm of how much further a node's neighbours are away than before, root mean square; 0 where they are nearer."""
        far, further = ((p[:, self.ties] - p[:, :, None]).square().sum(-1).mean(-1) for p in (before, after))
        return (0.5 * (further / far.clamp(min=1e-6)).clamp(min=1e-6).log()).clamp(min=0)

    def tearing(
        self, before: Float[Tensor, "people nodes 3"], after: Float[Tensor, "people nodes 3"]
    ) -> Float[Tensor, ""]:
        """As rigid as possible (Sorkine and Alexa 2007): mean squared change (m^2) of the edges to a node's neighbours, beyond
        the rotation that explains most of it, which takes no gradient."""
        edges, moved = (places[:, self.ties] - places[:, :, None] for places in (before, after))
        with torch.no_grad():
            spread = einsum(moved, edges, "p n k row, p n k column -> p n row column")
            left, _, right = torch.linalg.svd(spread)
            mirrored = torch.linalg.det(left @ right).sign()
            signs = torch.stack([torch.ones_like(mirrored), torch.ones_like(mirrored), mirrored], -1)
            turn = left @ (signs[..., None] * right)
        return ((moved - einsum(turn, edges, "p n row column, p n k column -> p n k row")) ** 2).sum(-1).mean()


def _distances(points: Float[Tensor, "points 3"], places: Float[Tensor, "nodes 3"]) -> Float[Tensor, "points nodes"]:
    """Metres, with the legs taken apart."""
    across = (
        (points[:, None, 0] * places[None, :, 0] < 0) & (points[:, None, 1] < CROTCH) & (places[None, :, 1] < CROTCH)
    )
    return torch.cdist(points, places) + APART * across


def farthest_points(points: Float[Tensor, "points 3"], count: int) -> Int[Tensor, "count"]:
    """Places of so many points, each as far as possible from those chosen before; the first is the lowest."""
    chosen = [int(points[:, 1].argmin())]
    distance = (points - points[chosen[0]]).norm(dim=-1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = torch.minimum(distance, (points - points[chosen[-1]]).norm(dim=-1))
    return torch.tensor(chosen)
