"""A film of any length in windows: each begins with the last poses of the one before, and looks ahead of what it decides."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from torch import Tensor

from lca.model.template import Template
from lca.tracking.film.smoothing import NO_SHAPE, SmoothConfig, smoothed
from lca.tracking.observe import Observations
from lca.tracking.posture import PhotoPose
from lca.tracking.scene import PhotoScene, SceneConfig, SolverFigure, prepared
from lca.tracking.solve import PhotoVerdict, judge, readable
from lca.tracking.solver import ShapeRule, fit

WINDOW, AHEAD, HELD = 240, 24, 2
"""Frames that are solved together, of these the last that the next window decides, and those before that it holds on to."""
UNSEEN = "failed: the person is not seen"


@dataclass(frozen=True)
class Follower:
    """The person who is followed: what all frames share, and how they are solved."""

    figure: SolverFigure
    betas: Tensor
    template: Template
    fps: float
    scene: SceneConfig = field(default_factory=SceneConfig)
    smooth: SmoothConfig = field(default_factory=SmoothConfig)

    def __call__(self, frames: Iterable[Observations | None]) -> Iterator[PhotoVerdict]:
        """A pose for each frame, as soon as it is decided; none for a film that never shows the person."""
        waiting = 0
        scenes: list[PhotoScene | None] = []
        guesses: list[PhotoPose] = []
        held = 0
        for frame in frames:
            scene = self.prepared(frame)
            if scene is None and not guesses:
                waiting += 1
                continue
            scenes.append(scene)
            guesses.append(guesses[-1] if scene is None else self.alone(scene))
            if len(scenes) == WINDOW:
                done = self.together(scenes, guesses, held)
                until = WINDOW - AHEAD
                yield from self.judged(scenes[held:until], done[held:until], waiting)
                kept = until - HELD
                scenes, guesses, held, waiting = scenes[kept:], done[kept:], HELD, 0
        if len(scenes) > held:
            done = self.together(scenes, guesses, held)
            yield from self.judged(scenes[held:], done[held:], waiting)

    def prepared(self, frame: Observations | None) -> PhotoScene | None:
        """One frame made ready, if it shows enough."""
        if frame is None or not readable(frame.sights[0]):
            return None
        return prepared(frame, 0, self.template, self.figure, self.betas, self.scene)

    def alone(self, scene: PhotoScene) -> PhotoPose:
        """The pose of one frame, solved without the others."""
        return fit((scene,), self.figure, NO_SHAPE, ShapeRule(known=True), self.smooth.photo).poses[0]

    def together(self, scenes: list[PhotoScene | None], guesses: list[PhotoPose], held: int) -> list[PhotoPose]:
        """Poses of one window, of which the first `held` are decided."""
        return smoothed(scenes, bridged(scenes, guesses), self.figure, self.fps, self.smooth, held)

    def judged(self, scenes: list[PhotoScene | None], poses: list[PhotoPose], before: int) -> Iterator[PhotoVerdict]:
        """Poses with what to think of them; the first stands for `before` frames that do not show the person yet."""
        yield from [PhotoVerdict(poses[0], float("nan"), UNSEEN)] * before
        for scene, pose in zip(scenes, poses, strict=True):
            if scene is None:
                yield PhotoVerdict(pose, float("nan"), UNSEEN)
            else:
                yield judge(scene, pose, self.figure, NO_SHAPE)


def bridged(scenes: Sequence[PhotoScene | None], guesses: Sequence[PhotoPose]) -> list[PhotoPose]:
    """The guesses; across frames that do not show the person the movement goes evenly from the last pose to the next."""
    seen, out = [k for k, scene in enumerate(scenes) if scene is not None], list(guesses)
    for before, after in pairwise(seen):
        for k in range(before + 1, after):
            out[k] = guesses[before].towards(guesses[after], (k - before) / (after - before))
    return out
