"""How changes are found: gradients that neighbours share, steps of one scale for all.

Adam divides each number's gradient by its own size, so what is hardly seen moves as far as what is seen well. Here a gradient is
divided by how much of the picture hangs on its Gaussian, both smoothed over the surface: strongly at first and where photos see
little, hardly at the end (as Nicolet et al. 2021 smooth steps on meshes). One size for each column of `Changes` is then adapted.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lca.training.refining.changes import COLORS, OFFSETS, SIZES, WIDTH, Changes
from lca.training.refining.photographs import Visibility
from lca.training.refining.surface import SurfaceGraph

RATES = {"means": 2.6e-3, "colors": 0.035, "log_scales": 0.035, "logits": 0.035, "quats": 0.009}
"""Size of a typical first step: metres, sRGB, log, logit, without unit."""
SMOOTH, SMOOTH_LAST, UNSURE = 4.0, 0.3, 8.0
"""Smoothing at the first step and at the last, and what closed gates add."""
HIDDEN = 0.3
"""Share of its own area that a Gaussian's weight is taken to have at least."""
LONGEST = 3.0
"""Typical steps that one step may be at most."""
RELAX, RELAX_UNSURE = 0.02, 0.5
"""Share of the way to its neighbours' mean, or to its twin, that a Gaussian goes each step: open gate, and what a closed adds."""
APART = 0.05
"""How far an offset may leave the mean of its neighbours', in distances to them: depth is what photos say least of, and a speck
that sticks out shows from every other side."""
MIRRORED = torch.tensor([-1.0, 1.0, 1.0] + [1.0] * 3 + [1.0] * 3 + [1.0] + [1.0, 1.0, -1.0, -1.0])
"""Signs of a change on the other side of the plane of symmetry x = 0."""
MOMENTUM, MEMORY = 0.8, 0.99


@dataclass
class Descent:
    """State of the optimiser of `changes`; `rate` in (0, 1] scales all steps."""

    changes: Changes
    surface: SurfaceGraph
    seen: Visibility

    def __post_init__(self):
        """No steps yet."""
        self.spacing = self.surface.spacing(self.changes.base.means)
        self.momentum = torch.zeros_like(self.changes.values, requires_grad=False)
        self.square, self.steps = torch.zeros(WIDTH), 0
        self.rates = torch.cat([torch.full((SIZES[name],), rate) for name, rate in RATES.items()])

    @torch.no_grad()
    def step(self, rate: float, progress: float) -> None:
        """One step along `changes.values.grad`; `progress` from 0 to 1 says how far the run is."""
        gradient = self.changes.values.grad
        if gradient is None:
            return
        seen, values = self.seen, self.changes.values
        direction = self._shared(gradient, progress)
        self.steps += 1
        self.momentum.lerp_(direction, 1.0 - MOMENTUM)
        well = seen.gate > 0.6
        if well.any():
            self.square.lerp_((direction[well] ** 2).mean(0), 1.0 - MEMORY)
        size = (self.square / (1.0 - MEMORY**self.steps)).sqrt().clamp(min=1e-12)
        step = (self.momentum / (1.0 - MOMENTUM**self.steps) / size).clamp(-LONGEST, LONGEST)
        step[:, OFFSETS.stop :] *= seen.gate[:, None]
        values.sub_(rate * self.rates * step)
        self._relax(rate)
        self.changes.clip(seen.palette)

    def _shared(self, gradient: Float[Tensor, "gaussians 14"], progress: float) -> Float[Tensor, "gaussians 14"]:
        """Gradient per pixel that shows the Gaussian, in the mean of its surroundings."""
        seen = self.seen
        strength = SMOOTH * (SMOOTH_LAST / SMOOTH) ** progress + UNSURE * (1.0 - seen.gate)[:, None]
        hanging = (seen.weight + HIDDEN * seen.area)[:, None]
        smoothed = self.surface.smooth(torch.cat([gradient, hanging], -1), strength)
        return smoothed[:, :WIDTH] / (smoothed[:, WIDTH:] + 1e-9)

    def _relax(self, rate: float) -> None:
        """Draw Gaussians towards their neighbours, and towards a twin that is seen better: what no photo shows follows what one
        does. Changes are compared, but of colours the colours themselves."""
        values, shown = self.changes.values, self.changes.values.detach().clone()
        shown[:, COLORS] += self.changes.base.colors
        gate, twin, refined = self.seen.gate, self.surface.twin, (self.surface.reach > 0)[:, None]
        share = (RELAX + RELAX_UNSURE * (1.0 - gate))[:, None].repeat(1, WIDTH)
        share[:, OFFSETS] = RELAX
        step = rate * share * (self.surface.mean(shown) - shown)
        better = RELAX_UNSURE * (gate[twin] - gate).clamp(min=0.0)[:, None]
        values.add_((step + better * (shown[twin] * MIRRORED - shown)) * refined)
        self._hold()

    def _hold(self) -> None:
        """Offsets end at what their part may do, and near to those of the neighbours."""
        offsets, reach = self.changes.values[:, OFFSETS], self.surface.reach[:, None]
        offsets.mul_((reach / offsets.norm(dim=-1, keepdim=True).clamp(min=1e-9)).clamp(max=1.0))
        mean = self.surface.mean(offsets.detach().contiguous())
        alone = (offsets - mean).norm(dim=-1, keepdim=True).clamp(min=1e-9)
        offsets.copy_(mean + (offsets - mean) * ((APART * self.spacing)[:, None] / alone).clamp(max=1.0))
