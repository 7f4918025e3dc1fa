"""Refinement: the avatar that the network made, sharpened on the very photos that it was made of. No weight changes.

Poses are aligned first; then colours, places, sizes and opacities of the canonical Gaussians follow the photos through the
renderer, as far as a photo shows them (`refining.visibility`), and what no photo shows is filled (`refining.filling`). The result
is an ordinary avatar: every drive works as before.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.errors import UserError
from lca.model.avatar import Avatar
from lca.model.rig import Signals
from lca.model.template import Template
from lca.training.refining.alignment import align, optimiser_of, rounds, set_rate
from lca.training.refining.changes import Changes
from lca.training.refining.descent import Descent
from lca.training.refining.developing import develop
from lca.training.refining.filling import fill, in_pockets, of_one_skin
from lca.training.refining.lids import unpainted
from lca.training.refining.photographs import Photographs, Visibility
from lca.training.refining.printing import Print, printed
from lca.training.refining.rings import other_sides
from lca.training.refining.splitting import closed, quartered, tightened, worth_splitting
from lca.training.refining.surface import places_of, surface_of
from lca.training.refining.views import View
from lca.training.refining.visibility import fair

SLOW = 0.3
"""Rates of poses and lights once Gaussians move, of those while aligning."""
DECAY = 0.2
"""What is left of the rates at the end."""
WARM_UP = 4
"""Steps until the rates are whole: of the first gradients nobody knows yet how large they are."""
SETTLED = 8
"""Steps after which pixels left out begin to count: at first all is a blur, which is the best guess of them."""
ALIGNING = 0.3
"""Share of the seconds that may go to poses and light alone."""
MANY = 8
"""Photos from which on more steps are taken, so that each is looked at as often."""
ANEW = 20
"""Steps after which visibility and corrections are computed anew."""
DEVELOP = 2
"""Passes of colours straight from the photos, before and after Gaussians are split."""
LAST = 1
"""Passes, at the end, of colours from the pixels that were left out."""
TOLERANCE = 1.15
"""How much worse than at best the pixels left out may be while detail is gained: a blurred pixel is safe, a sharp one not."""


@dataclass(frozen=True)
class RefineConfig:
    """How long and how carefully."""

    align: int = 40
    """Steps on poses and light alone."""
    steps: int = 60
    """Steps on Gaussians; of more than `MANY` photos, more in proportion."""
    photos: int = 2
    """Photos a step."""
    left_out: float = 0.05
    """Share of the pixels that are held back to tell when to stop."""
    patience: int = 30
    """Steps in which those are worse than they were at best, by more than `TOLERANCE`, before it stops."""
    split: float = 0.2
    """Share of the Gaussians that are split in four, where photos show more than they can hold; 0: none."""
    gate: bool = True
    """Change only what photos show; false is there to show why."""

    def __post_init__(self):
        """Raises: UserError: a number that makes no run."""
        for name in ("align", "steps"):
            if getattr(self, name) < 0:
                raise UserError(f"expected {name} of at least 0 steps, got {getattr(self, name)}")
        if self.photos < 1 or self.patience < 1 or not 0.0 <= self.left_out < 0.5:
            raise UserError(
                "expected at least one photo a step, patience of a step and less than half of the pixels left out, got "
                f"photos {self.photos}, patience {self.patience}, left_out {self.left_out}"
            )


@dataclass(frozen=True)
class Progress:
    """Where a run stands: `step` of `total` done, the loss, the error of the pixels left out (sRGB; 0 while aligning)."""

    step: int
    total: int
    loss: float
    held_out: float
    run: "Refinement" = field(repr=False)

    def avatar(self) -> Avatar:
        """The avatar as it is now, unseen sides filled."""
        return self.run.avatar()


class Refinement:
    """One run: iterate over it and the avatar sharpens; stop at any time and take `best()`."""

    def __init__(self, avatar: Avatar, template: Template, views: Sequence[View], config: RefineConfig, seed: int):
        """Check and prepare; nothing is optimised yet.

        Raises:
            UserError: no photos, or an avatar of another template.
        """
        if not views:
            raise UserError("expected at least one photo to refine on, got none")
        known = len(avatar.canonical) if avatar.sources is None else 1 + int(avatar.sources.max())
        if known != len(template.points):
            raise UserError(
                f"expected an avatar of this template's {len(template.points)} Gaussians, got {known}; "
                "load the model that made the avatar"
            )
        self.config = config
        self.template, self.places = template, places_of(template, avatar)
        self.surface = surface_of(self.places)
        self.changes = Changes(avatar.canonical)
        generator = torch.Generator().manual_seed(seed)
        self.photographs = Photographs(avatar, template, views, config.left_out, generator)
        self.seen: Visibility = self._seen()
        self.score, self.kept = float("inf"), self._state()

    @property
    def steps(self) -> int:
        """Steps on Gaussians."""
        return math.ceil(self.config.steps * max(1.0, len(self.photographs) / MANY))

    @property
    def _at_once(self) -> int:
        """Photos a step: no photo twice."""
        return min(self.config.photos, len(self.photographs))

    @property
    def total(self) -> int:
        """Steps of a run that goes to its end."""
        return self.config.align + self.steps

    def run(self, seconds: float | None = None) -> Iterator[Progress]:
        """Align, then refine, within `seconds` if given (rates fall with the time that is left, so that it ends well)."""
        start = time.monotonic()
        spent = (lambda: 0.0) if seconds is None else (lambda: (time.monotonic() - start) / seconds)
        canonical = self.changes.base
        for step, loss in enumerate(align(self.photographs, canonical, self.config.align, self._at_once), 1):
            yield Progress(step, self.total, loss, 0.0, self)
            if spent() > ALIGNING:
                break
        self.photographs.refresh(canonical)
        self.seen, self.kept = self._seen(), self._state()
        yield from self._refine(spent)

    def _refine(self, spent: Callable[[], float]) -> Iterator[Progress]:
        config, photographs = self.config, self.photographs
        self._tile()
        descent, optimiser = Descent(self.changes, self.surface, self.seen), optimiser_of(photographs, SLOW)
        batches, used = rounds(len(photographs), self._at_once, photographs.generator), spent()
        epoch, since, held_out = -(-len(photographs) // self._at_once), 0, 0.0
        photographs.held_out()
        for step in range(self.steps):
            progress = max(step / self.steps, (spent() - used) / max(1.0 - used, 1e-6))
            if progress >= 1.0:
                return
            if step and step % ANEW == 0:
                photographs.refresh(self.changes.applied().map(lambda x: x.detach()))
                descent.seen = self.seen = self._seen()
            rate = DECAY**progress * min(1.0, (step + 1) / WARM_UP)
            set_rate(optimiser, rate)
            loss = self._step(descent, optimiser, next(batches), rate, progress)
            if (step + 1) % epoch == 0:
                held_out, since = photographs.held_out(), since + epoch
                if step >= SETTLED:
                    self.score = min(self.score, held_out)
                if held_out <= TOLERANCE * self.score:
                    self.kept, since = self._state(), 0
            yield Progress(config.align + step + 1, self.total, loss, held_out, self)
            if since >= config.patience:
                return

    @torch.no_grad()
    def _tile(self) -> None:
        """Make what photos show tiles of a surface, in the photos' colours; in parts where there are too few of them."""
        photographs, config = self.photographs, self.config
        develop(self.changes, photographs, self.surface, self.seen, DEVELOP)
        if config.split:
            missing = photographs.missing(self.changes.applied()) * self.surface.coarse
            chosen = worth_splitting(missing, self.seen.gate, config.split)
            photographs.avatar, parents = quartered(photographs.avatar, self.places.frames, chosen)
            self.changes = Changes(photographs.avatar.canonical, self.changes.values[parents])
            self.places = places_of(self.template, photographs.avatar)
            self.surface = surface_of(self.places)
            photographs.refresh(self.changes.applied())
            self.seen = self._seen()
        tiles = tightened(self.changes.base, self.surface, self.seen.gate)
        self.changes = Changes(tiles, self.changes.values)
        develop(self.changes, photographs, self.surface, self.seen, DEVELOP)
        self.kept = self._state()

    def _step(
        self, descent: Descent, optimiser: torch.optim.Adam, photos: list[int], rate: float, progress: float
    ) -> float:
        photographs, canonical = self.photographs, self.changes.applied()
        loss = photographs.objective(canonical, photos, photographs.bodies, photographs.faces)
        optimiser.zero_grad()
        self.changes.values.grad = None
        loss.backward()
        optimiser.step()
        descent.step(rate, progress)
        return float(loss.detach())

    def _seen(self) -> Visibility:
        seen = self.photographs.seen(self.changes.applied().map(lambda x: x.detach()), self.surface)
        gate = seen.gate * fair(seen.ratio, self.surface) if self.config.gate else torch.ones_like(seen.gate)
        return replace(seen, gate=gate * (self.surface.reach > 0))

    def _state(self) -> tuple[Tensor, Tensor, Tensor]:
        photographs = self.photographs
        values, theta, translation = self.changes.values, photographs.theta, photographs.translation
        return values.detach().clone(), theta.detach().clone(), translation.detach().clone()

    def avatar(self) -> Avatar:
        """The avatar with the changes so far, its face printed, unseen sides filled."""
        return self._finished()[0]

    @torch.no_grad()
    def _finished(self) -> tuple[Avatar, Tensor]:
        """It, and how far each of its Gaussians was seen."""
        source, refined = self.photographs.avatar, closed(self.changes.applied(), self.surface)
        materials = None if source.materials is None else source.materials.reframed(source.canonical, refined)
        whole = replace(source, canonical=refined, materials=materials)
        tiles = Print(whole, self.surface, self.seen.gate, torch.arange(len(refined)))
        tiles = printed(tiles, self.photographs, self.template, cut=self.config.split > 0)
        avatar, surface, gate = tiles.avatar, tiles.surface, tiles.gate
        shown, before = avatar.canonical.colors.clamp(0.0, 1.0), self.changes.base.colors[tiles.parents]
        sure = of_one_skin(shown, gate, surface)
        spacing = self.surface.spacing(self.changes.base.means)[tiles.parents]
        passing, predicted = in_pockets(shown, before, sure, surface)
        passing, predicted = other_sides(shown, predicted, sure, spacing, passing)
        quats = F.normalize(avatar.canonical.quats_wxyz, dim=-1)
        canonical = replace(avatar.canonical, quats_wxyz=quats, colors=fill(shown, predicted, sure, passing))
        actions = avatar.driver.read(self.photographs.given.eps)
        canonical = replace(canonical, colors=unpainted(replace(avatar, canonical=canonical), actions))
        metadata = {**avatar.metadata, "refined": str(len(self.photographs))}
        return replace(avatar, canonical=canonical, metadata=metadata), gate

    @torch.no_grad()
    def best(self) -> "Refined":
        """Go back to where the pixels left out were last as good as ever, fill unseen sides, and hand over."""
        values, theta, translation = self.kept
        self.changes.values.copy_(values)
        self.photographs.theta.copy_(theta)
        self.photographs.translation.copy_(translation)
        develop(self.changes, self.photographs, self.surface, self.seen, LAST, held=True)
        signals = replace(self.photographs.given, theta=theta, translation=translation)
        return Refined(*self._finished(), signals=signals, held_out=self.score)


@dataclass(frozen=True)
class Refined:
    """The refined avatar, how far each of its Gaussians was seen (0 to 1), the aligned drives of the photos, and the least mean
    error of the pixels left out (sRGB; infinite if it was stopped in its first steps)."""

    avatar: Avatar
    gate: Float[Tensor, "gaussians"]
    signals: Signals
    held_out: float


def refine(
    avatar: Avatar,
    template: Template,
    views: Sequence[View],
    config: RefineConfig = RefineConfig(),
    seconds: float | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Refined:
    """Refine `avatar` on its photos; `template` is that of the model which made it.

    Without `seconds` the same seed gives the same avatar. Ctrl-C ends the run and keeps the best so far.

    Raises:
        UserError: no photos, or an avatar of another template.
    """
    run = Refinement(avatar, template, views, config, seed)
    try:
        for progress in run.run(seconds):
            if on_progress is not None:
                on_progress(progress)
    except KeyboardInterrupt:
        pass
    return run.best()
