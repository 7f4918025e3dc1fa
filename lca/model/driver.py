"""The pose branch: dc, dp, dq, ds = H_pose(T_gs, theta, eps, psi), once per frame. Opacity has no correction."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lca.geometry.body import Body, displacement
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_multiply
from lca.model.template import Template

THETA, EPS, PSI, ACTIONS = 156, 128, 4, 52
ROOT = 3
HIDDEN = 192
STILL = 0.0003
"""Metres: a Gaussian that no facial action moves further has no blendshapes."""
UNITS = (0.3,) * 3 + (0.03,) * 3 + (0.3,) * 4 + (0.3,) * 3
"""What an output of 1 means: of colour, mean (metres), quaternion, logarithm of the scales."""
OUTPUTS = len(UNITS)


@dataclass(frozen=True)
class Prepared:
    """What does not change with the frame: a person's first layer, what a zero drive gives (to be subtracted), blendshapes."""

    first: Float[Tensor, "people anchors hidden"]
    still: Float[Tensor, "people anchors hidden"]
    face_anchors: Float[Tensor, "anchors"]
    """1 where eps and psi reach."""
    directions: Float[Tensor, "moved 3 52"]
    """`PoseBranch.directions` in full precision."""
    sources: Int[Tensor, "gaussians"] | None = None
    """Of which of the network's Gaussians each of the avatar's is a part, where some were split."""

    def map(self, function: Callable[[Tensor], Tensor]) -> "Prepared":
        """Apply `function` to what has an axis of people."""
        return replace(self, first=function(self.first), still=function(self.still))


@dataclass(frozen=True)
class Correction:
    """dc, dp (metres), dq (added to the identity quaternion) and ds (log) for every Gaussian."""

    colors: Float[Tensor, "people gaussians 3"]
    means: Float[Tensor, "people gaussians 3"]
    quats: Float[Tensor, "people gaussians 4"]
    log_scales: Float[Tensor, "people gaussians 3"]

    def __getitem__(self, index) -> "Correction":
        """Index the leading axes."""
        return Correction(self.colors[index], self.means[index], self.quats[index], self.log_scales[index])

    def apply(self, canonical: Gaussians) -> Gaussians:
        """Driven = canonical + correction."""
        identity = torch.tensor([1.0, 0.0, 0.0, 0.0]).to(self.quats)
        return Gaussians(
            means=canonical.means + self.means,
            quats_wxyz=quat_multiply(canonical.quats_wxyz, F.normalize(identity + self.quats, dim=-1)),
            scales=canonical.scales * self.log_scales.clamp(-1.5, 1.5).exp(),
            opacities=canonical.opacities.expand(self.means.shape[:-1]),
            colors=(canonical.colors + self.colors).clamp(0.0, 1.0),
        )


class PoseBranch(nn.Module):
    """A light network: the part that depends on the person is computed once (`prepare`), the rest every frame.

    The root of theta is left out (turning the whole person changes nothing in their own frame). eps and psi reach the
    face's anchors only. What a zero drive would give is subtracted, so that theta = eps = psi = 0 returns the canonical
    Gaussians exactly.

    Beyond the paper, as skinning does for theta, the template's facial blendshapes give eps a start: `blend` reads the 52
    actions off the code, and the Gaussians `moved` follow `directions` (metres per action). Without them (none are moved)
    nothing in a face that is still blurred asks for the right expression, and the code dies.
    """

    moved: Tensor
    directions: Tensor
    units: Tensor

    def __init__(self, width: int, per_anchor: int, hidden: int = HIDDEN, moved: int = 0):
        """`moved` is the number of Gaussians with blendshapes, which `follow` gives."""
        super().__init__()
        self.per_anchor, self.size = per_anchor, (width, per_anchor, hidden, moved)
        self.token = nn.Linear(width, hidden)
        self.pose = nn.Linear(THETA - ROOT, hidden, bias=False)
        self.face = nn.Linear(EPS + PSI, hidden, bias=False)
        self.middle = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, per_anchor * OUTPUTS, bias=False)
        nn.init.normal_(self.out.weight, std=0.002)
        self.blend = nn.Linear(EPS, ACTIONS, bias=False) if moved else None
        self.register_buffer("moved", torch.zeros(moved, dtype=torch.int32))
        self.register_buffer("directions", torch.zeros(moved, 3, ACTIONS, dtype=torch.float16))
        self.register_buffer("units", torch.tensor(UNITS).repeat(per_anchor)[:, None], persistent=False)

    def follow(self, moved: Int[Tensor, "gaussians"], directions: Float[Tensor, "gaussians 3 52"]) -> None:
        """Take blendshapes of the template."""
        self.moved.copy_(moved)
        self.directions.copy_(directions)

    def prepare(
        self, tokens: Float[Tensor, "people anchors width"], face_anchors: Float[Tensor, "anchors"]
    ) -> Prepared:
        """The person's share, once; `face_anchors` are 1 where eps and psi reach."""
        first = self.token(tokens)
        return Prepared(first, self._hidden(first), face_anchors, self.directions.float())

    def forward(
        self,
        prepared: Prepared,
        theta: Float[Tensor, "people 156"],
        eps: Float[Tensor, "people 128"],
        psi: Float[Tensor, "people 4"],
    ) -> Correction:
        """Corrections of every Gaussian; angles in radians, eps without unit."""
        drive = self.pose(theta[:, ROOT:])[:, None]
        drive = drive + self.face(torch.cat([eps, psi], -1))[:, None] * prepared.face_anchors[:, None]
        hidden = self._hidden(prepared.first + drive) - prepared.still
        raw = F.linear(hidden, self.out.weight * self.units)
        colors, means, quats, log_scales = rearrange(raw, "b g (k c) -> b (g k) c", k=self.per_anchor).split(
            [3, 3, 4, 3], -1
        )
        if self.blend is not None:
            means = means.index_add(1, self.moved, displacement(prepared.directions, self.read(eps)))
        correction = Correction(colors, means, quats, log_scales)
        return correction if prepared.sources is None else correction[:, prepared.sources]

    def read(self, eps: Float[Tensor, "people 128"]) -> Float[Tensor, "people 52"]:
        """The facial actions that blendshapes follow; zero where there are none."""
        return eps.new_zeros(len(eps), ACTIONS) if self.blend is None else self.blend(eps)

    def read_back(self, action_map: Float[Tensor, "53 128"]) -> Float[Tensor, "53 128"]:
        """The map nearest to `action_map` whose codes `read` gives back: by name, an action moves all of its own blendshape and
        none of another's. What is learned agrees only nearly: a smile came out as six tenths of one, with a little frown.
        """
        if self.blend is None:
            return action_map
        missing = torch.eye(ACTIONS).to(action_map) - self.read(action_map[:-1])
        return torch.cat([action_map[:-1] + missing @ torch.linalg.pinv(self.blend.weight).T, action_map[-1:]])

    def blendshapes(self, anchors: int) -> Float[Tensor, "gaussians 3 52"]:
        """How blendshapes move each of the network's Gaussians, metres per action."""
        still = self.token.weight.new_zeros(anchors * self.per_anchor, 3, ACTIONS)
        return still.index_copy(0, self.moved.long(), self.directions.float())

    def frozen_copy(self) -> "PoseBranch":
        """The same weights, for an avatar to keep."""
        copy = PoseBranch(*self.size).to(self.token.weight.device)
        copy.load_state_dict(self.state_dict())
        return copy.eval().requires_grad_(False)

    def _hidden(self, first: Tensor) -> Tensor:
        return F.gelu(self.middle(F.gelu(first)))


def posed_by_actions(
    width: int, blendshapes: bool, template: Template, body: Body, action_map: Float[Tensor, "53 128"]
) -> PoseBranch:
    """A new pose branch for the Gaussians of `template`, with the facial blendshapes of `body` if they are wanted."""
    directions = template.carry(body, body.expression_directions)
    moved = (blendshapes & (directions.norm(dim=1).amax(-1) > STILL)).nonzero()[:, 0]
    branch = PoseBranch(width, template.config.per_anchor, moved=len(moved))
    if branch.blend is not None:
        branch.follow(moved, directions[moved])
        branch.blend.weight.data.copy_(action_map[:-1])
    return branch
