"""A loose garment carried through a motion: simulated, and beside it the same garment only skinned."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
import torch
from jaxtyping import Float, Float32

from lca.geometry.motion import Motion
from lca.world.body.figure import Figure
from lca.world.cloth.loose import Garment
from lca.world.cloth.mannequin import LIMBS, Mannequin, Moment, skinned, touched_surface, transforms_of
from lca.world.cloth.xpbd import Passage, Physics, advance

SUBSTEPS_PER_SECOND = 600
LEAD_FPS = 30.0
SETTLING = 75
"""Frames in which a new garment comes to rest round the T-pose."""
LEAD = 30
"""Frames from the T-pose to the first pose of a motion; then half as many for the cloth to come to rest there."""
STILLING = 4.0
"""Drag (1/s) while coming to rest."""


@dataclass(frozen=True)
class Draped:
    """Vertices of a garment in every frame of a motion, world metres: as physics has it, and as skinning alone would."""

    simulated: Float32[np.ndarray, "frames vertices 3"]
    skinned: Float32[np.ndarray, "frames vertices 3"]


@dataclass
class ClothState:
    """Where the cloth is (m) and how fast (m/s)."""

    places: Float[np.ndarray, "vertices 3"]
    velocities: Float[np.ndarray, "vertices 3"]


@dataclass(frozen=True)
class Wearer:
    """A person in a loose garment; `floor` is the height (m) below which the cloth cannot sink."""

    figure: Figure
    garment: Garment
    floor: float

    @cached_property
    def mannequin(self) -> Mannequin:
        """The body below."""
        return Mannequin(self.figure)

    @cached_property
    def rest(self) -> Float[np.ndarray, "vertices 3"]:
        """The garment hanging round the T-pose."""
        state = ClothState(self.garment.start.copy(), np.zeros_like(self.garment.start))
        still = np.eye(4, dtype=np.float32)[None].repeat(55, 0)
        self.carry(state, repeat(still, SETTLING + 1), self.garment.start, self.physics(LEAD_FPS, STILLING))
        return state.places

    def physics(self, fps: float, drag: float = Physics().drag) -> Physics:
        """The laws for a frame of 1 / fps seconds."""
        return Physics(1 / fps, math.ceil(SUBSTEPS_PER_SECOND / fps), drag=drag, floor=self.floor)

    def carry(
        self,
        state: ClothState,
        transforms: Iterable[Float[np.ndarray, "55 4 4"]],
        rest: Float[np.ndarray, "vertices 3"],
        physics: Physics,
    ) -> list[Float[np.ndarray, "vertices 3"]]:
        """Simulate `state` in place along the body's `transforms`, the first of which it is at -> its places at each of them."""
        path = self.moments(transforms, rest)
        body, held = next(path)
        places = [state.places.copy()]
        for after, held_after in path:
            passage = passing(body, after, held, held_after)
            nearest = body.nearest(state.places)
            advance(state.places, state.velocities, nearest, self.garment.fabric, passage, physics)
            places.append(state.places.copy())
            body, held = after, held_after
        return places

    def moments(
        self, transforms: Iterable[np.ndarray], rest: Float[np.ndarray, "vertices 3"]
    ) -> Iterator[tuple[Moment, np.ndarray]]:
        """The body, and where skinning alone takes the garment."""
        for pose in transforms:
            yield self.mannequin.at(pose), skinned(self.garment.weights, rest, pose)

    def drape(self, motion: Motion) -> Draped:
        """The garment through a motion, which starts from standing still in its first pose."""
        lead, poses = (transforms_of(self.figure, part) for part in (leading(motion), motion))
        turn = lead[0, 0].astype(np.float64)
        state = ClothState(self.rest @ turn[:3, :3].T + turn[:3, 3], np.zeros_like(self.rest))
        self.carry(state, lead, self.rest, self.physics(LEAD_FPS, STILLING))
        simulated = self.carry(state, poses, self.rest, self.physics(motion.fps))
        twin = [skinned(self.garment.weights, self.rest, pose) for pose in poses]
        return Draped(np.stack(simulated).astype(np.float32), np.stack(twin).astype(np.float32))


def passing(body: Moment, after: Moment, held: np.ndarray, held_after: np.ndarray) -> Passage:
    """What moves between two frames."""
    surface = touched_surface()
    return Passage(
        np.stack([held, held_after]),
        np.stack([body.points, after.points]),
        np.stack([body.normals, after.normals]),
        surface.ring_start,
        surface.ring,
        np.stack([body.limbs, after.limbs]),
        np.array([radius for _, _, radius in LIMBS]),
    )


def leading(motion: Motion) -> Motion:
    """From the T-pose, turned and placed as the first frame, into the first frame's pose, and a while of standing there."""
    share = torch.cat([torch.linspace(0, 1, LEAD + 1), torch.ones(LEAD // 2)])[:, None]
    theta = motion.theta[:1] * (share * share * (3 - 2 * share))
    theta[:, :3] = motion.theta[:1, :3]
    rows = [row[:1].expand(len(theta), -1) for row in (motion.translation, motion.actions, motion.psi)]
    return Motion(theta, *rows, fps=LEAD_FPS)
