"""Eyelids that close. Blendshapes bring them down, but they wear what the photos showed there: an open eye.

As an eye closes, its lids and what they cover take the colour of the skin round it; an open eye is left alone.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.model.driver import Correction
from lca.model.rig import Rig

EYES = {"eyeBlinkLeft": 23, "eyeBlinkRight": 24}
"""The action that closes an eye, and the joint in the middle of its eyeball."""
LID = (0.0005, 0.003)
"""Metres that a blink moves a Gaussian: lid begins, and is lid altogether: brows follow a little."""
RING, BROW, BEHIND = (0.02, 0.03), 0.012, -0.02
"""Metres from the eye's middle: skin whose colour a lid takes; above `BROW` it would be the brow's."""
NEAR = 0.012
"""Metres over which a lid looks for that skin."""
STRAND = 0.25
"""Distance from the ring's median (sRGB) from which it is a strand of hair, a frame or a sideburn that lies there, not skin."""


@dataclass(frozen=True)
class Lids:
    """Both eyes of an avatar: which actions close them, how far that covers each Gaussian, and in what colour (sRGB)."""

    actions: tuple[int, ...]
    cover: Float[Tensor, "eyes gaussians"]
    tone: Float[Tensor, "gaussians 3"]

    def close(
        self, made: Correction, colors: Float[Tensor, "*people gaussians 3"], actions: Float[Tensor, "people 52"]
    ) -> Correction:
        """The correction of Gaussians of canonical `colors` with the eyes as far closed as the actions say."""
        share = actions[:, list(self.actions)].clamp(0.0, 1.0)
        closing = (share @ self.cover)[..., None]
        return replace(made, colors=made.colors + closing * (self.tone - colors))


@torch.no_grad()
def lids_of(
    canonical: Gaussians, rig: Rig, travel: Float[Tensor, "gaussians 52"], on_head: Bool[Tensor, "gaussians"]
) -> Lids:
    """Lids by how far (`travel`, metres) each action moves each Gaussian; none of a face without skin round the eyes."""
    names, means = load_body().expression_names, canonical.means
    leading, actions, covers, tone = rig.leading, [], [], canonical.colors.clone()
    for name, joint in EYES.items():
        x, y, z = (means - rig.joints[joint]).unbind(1)
        away = torch.hypot(x, y)
        skin = on_head & (z > BEHIND) & (leading != joint)
        ring = skin & (y < BROW) & (away > RING[0]) & (away < RING[1])
        usual = canonical.colors[ring].median(0).values if ring.any() else canonical.colors.new_zeros(3)
        ring = ring & ((canonical.colors - usual).norm(dim=-1) < STRAND)
        if not ring.any():
            continue
        lid = skin * ((travel[:, names.index(name)] - LID[0]) / (LID[1] - LID[0])).clamp(0.0, 1.0)
        cover = torch.where(leading == joint, 1.0, lid)
        near = torch.softmax(-((torch.cdist(means[cover > 0], means[ring]) / NEAR) ** 2), -1)
        tone[cover > 0] = near @ canonical.colors[ring]
        actions.append(names.index(name))
        covers.append(cover)
    return Lids(tuple(actions), torch.stack(covers) if covers else means.new_zeros(0, len(means)), tone)
