"""Eyelids that close. The blendshapes bring them down, but they wear what the photos showed there: an open eye.

While an eye closes, its lids take the colour of the skin round it and the eyeball fades behind them; an open eye is left alone.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar

EYES = {"eyeBlinkLeft": 23, "eyeBlinkRight": 24}
"""The action that closes an eye, and the joint in the middle of its eyeball."""
LID = 0.001
"""Metres: what a blink moves as far as this is lid altogether."""
RING, BROW, BEHIND = (0.02, 0.03), 0.012, -0.02
"""Metres from the eye's middle: skin whose colour a lid takes; above `BROW` it would be the brow's."""


@dataclass(frozen=True)
class Eye:
    """One eye of an avatar: its action's place, and which Gaussians are eyeball, lid (0 to 1) and skin round it."""

    action: int
    ball: Bool[Tensor, "gaussians"]
    lid: Float[Tensor, "gaussians"]
    ring: Bool[Tensor, "gaussians"]


def eyes_of(avatar: Avatar) -> tuple[Eye, ...]:
    """Both eyes; none of an avatar whose face has no blendshapes."""
    if not len(avatar.driver.moved):
        return ()
    names, rig = load_body().expression_names, avatar.rig
    leading = rig.skin_indices.gather(1, rig.skin_weights.argmax(1, keepdim=True))[:, 0]
    made = []
    for name, joint in EYES.items():
        moves = torch.zeros(len(avatar.tokens) * avatar.driver.per_anchor)
        moves[avatar.driver.moved.long()] = avatar.driver.directions[..., names.index(name)].float().norm(dim=1)
        lid = (moves if avatar.sources is None else moves[avatar.sources]) / LID
        x, y, z = (avatar.canonical.means - rig.joints[joint]).unbind(1)
        away = torch.hypot(x, y)
        front = avatar.on_head & (z > BEHIND) & (y < BROW) & (leading != joint)
        ring = front & (away > RING[0]) & (away < RING[1])
        if ring.any():
            made.append(Eye(names.index(name), leading == joint, lid.clamp(0, 1), ring))
    return tuple(made)


def closed(eyes: tuple[Eye, ...], posed: Gaussians, actions: Float[Tensor, "52"]) -> Gaussians:
    """Posed (and lit) Gaussians with the eyes as far closed as the actions say."""
    colors, opacities = posed.colors, posed.opacities
    for eye in eyes:
        share = float(actions[eye.action].clamp(0, 1))
        if share > 0:
            tone = colors[eye.ring].median(0).values
            colors = torch.lerp(colors, tone.expand_as(colors), share * eye.lid[:, None])
            opacities = torch.where(eye.ball, (1 - share) * opacities, opacities)
    return replace(posed, colors=colors, opacities=opacities)
