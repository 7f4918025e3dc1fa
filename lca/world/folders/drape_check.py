"""Whether simulated cloth is fit to be called truth: nothing is NaN, nothing is inside the body, for any motion."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from tqdm.auto import tqdm

from lca.errors import UserError
from lca.geometry.motion import Motion
from lca.motion.catwalk import catwalk
from lca.motion.poses import random_motion
from lca.motion.sequences import SEQUENCES, played
from lca.world.body.figure import Figure
from lca.world.cloth.drape import Wearer
from lca.world.cloth.loose import sample_cut, tailored
from lca.world.cloth.mannequin import transforms_of
from lca.world.cloth.penetration import DEEP, heights_above
from lca.world.folders.workers import pool

FPS = 30.0
MEASURED = 4
"""Every such frame is measured."""
LEAST_INSIDE = 0.001
"""Share of vertices that may be more than `DEEP` inside the skin."""
TURNING = 3.0
"""Radians by which people turn at most, to either side, in a motion of the library."""

Moved = Callable[[np.random.Generator, int, torch.Tensor], Motion]
"""Random generator, number of frames, shape -> motion, 30 frames a second."""


def tumble(rng: np.random.Generator, frames: int, betas: torch.Tensor) -> Motion:
    """Unrelated poses joined by splines, three a second, turning as it goes: far wilder than people move."""
    keys = max(3, frames // 10 + 2)
    poses = random_motion(rng, keys, betas, 0.0, 0.0)
    theta = poses.theta.numpy().astype(np.float64)
    theta[:, 1] += np.cumsum(rng.normal(0, 0.7, keys))
    places = poses.translation.numpy() + np.cumsum(rng.normal(0, 0.25, (keys, 3)) * [1, 0, 1], 0)
    times = np.linspace(0, keys - 1, frames)
    theta, places = (CubicSpline(np.arange(keys), track)(times).astype(np.float32) for track in (theta, places))
    still = torch.zeros(frames, 52), torch.zeros(frames, 4)
    return Motion(torch.from_numpy(theta), torch.from_numpy(places), *still, fps=FPS)


def acted(act) -> Moved:
    """An act as people play it on the stages, turning as they go."""

    def moved(rng: np.random.Generator, frames: int, betas: torch.Tensor) -> Motion:
        turning = rng.uniform(-TURNING, TURNING)
        return played([act], rng, frames / FPS, FPS, betas, rng.uniform(-np.pi, np.pi), turning)

    return moved


MOTIONS: dict[str, Moved] = {name: acted(act) for name, act in (SEQUENCES | {"catwalk": catwalk}).items()}
MOTIONS["tumble"] = tumble
"""The whole library, the runway's own act, and what nobody does."""


@dataclass(frozen=True)
class Verdict:
    """Sums over sequences: cloth vertices seen, of those not finite and inside the skin; the longest link over its length."""

    sequences: int
    vertices: int
    not_finite: int
    inside: int
    stretch: float

    @property
    def share_inside(self) -> float:
        """Share of all vertices of all frames that penetrate."""
        return self.inside / max(self.vertices, 1)

    @property
    def fit(self) -> bool:
        """Whether nothing is NaN and hardly anything inside."""
        return self.not_finite == 0 and self.share_inside < LEAST_INSIDE

    def __add__(self, other: "Verdict") -> "Verdict":
        """Over the sequences of both."""
        return Verdict(
            self.sequences + other.sequences,
            self.vertices + other.vertices,
            self.not_finite + other.not_finite,
            self.inside + other.inside,
            max(self.stretch, other.stretch),
        )


def judged(name: str, seed: np.random.SeedSequence, frames: int) -> Verdict:
    """One sequence: a random garment on a random person through a random motion of this name."""
    rng = np.random.default_rng(seed)
    betas = np.clip(rng.standard_normal(100), -2.2, 2.2).astype(np.float32)
    figure, moved = Figure(betas), MOTIONS[name](rng, frames, torch.from_numpy(betas))
    garment = tailored(figure, sample_cut(rng)[0])
    wearer = Wearer(figure, garment, float(figure.rest[:, 1].min()))
    draped = wearer.drape(moved).simulated
    finite, poses = np.isfinite(draped), transforms_of(figure, moved)
    verdict = Verdict(1, 0, 0, 0, 0.0)
    for frame in range(0, frames, MEASURED):
        cloth = np.where(finite[frame], draped[frame], 0)
        ends = cloth[garment.fabric.links]
        long = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1) / garment.fabric.lengths
        deep = heights_above(wearer.mannequin, poses[frame], cloth) < -DEEP
        verdict += Verdict(0, len(cloth), int((~finite[frame]).any(1).sum()), int(deep.sum()), float(long.max()))
    return verdict


def verdicts(names: list[str], sequences: int, frames: int, seed: int = 0, workers: int = 1) -> dict[str, Verdict]:
    """Of each motion, `sequences` of `frames` frames in all, dealt out evenly. Shows a bar.

    Raises:
        UserError: an unknown motion, or nothing to do.
    """
    for name in names or [""]:
        if name not in MOTIONS:
            raise UserError(f"expected motions among {', '.join(MOTIONS)}, got {name!r}: choose one or more of them")
    if min(sequences, frames, workers) < 1:
        raise UserError(f"expected at least one sequence, frame and worker, got {sequences}, {frames}, {workers}")
    dealt = [names[k % len(names)] for k in range(sequences)]
    seeds = np.random.SeedSequence(seed).spawn(sequences)
    found: dict[str, Verdict] = {}
    jobs = list(zip(dealt, seeds, [frames] * sequences, strict=True))
    for name, verdict in zip(dealt, tqdm(run(jobs, workers), "draping", sequences, unit="sequence"), strict=True):
        found[name] = found[name] + verdict if name in found else verdict
    return found


def run(jobs: list[tuple], workers: int) -> Iterator[Verdict]:
    """The verdicts of the jobs, in their order."""
    with pool(workers) as executor:
        yield from executor.map(judged, *zip(*jobs, strict=True))


def report(found: dict[str, Verdict]) -> dict[str, dict[str, int | float | bool]]:
    """As plain numbers, motion by motion, and for all together."""
    total = sum(found.values(), Verdict(0, 0, 0, 0, 0.0))
    return {
        name: asdict(verdict) | {"share_inside": round(verdict.share_inside, 6), "fit": verdict.fit}
        for name, verdict in (found | {"all": total}).items()
    }
