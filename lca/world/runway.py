"""The *runway* stage: a person in a loose garment walks, spins and walks on before four cameras.

The cloth is simulated, all truth is exact. Each frame keeps the garment twice: as simulated, and as skinning alone would have it.
The difference is what a model of loose garments has to learn.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.geometry.camera import Camera, look_at
from lca.geometry.motion import Motion
from lca.world.background import Surroundings, studio_surroundings
from lca.world.catwalk import catwalk
from lca.world.drape import Draped, Wearer
from lca.world.environment import even_light, wild_light
from lca.world.figure import Figure, Piece
from lca.world.framing import bounds, shot
from lca.world.identity import ROWS
from lca.world.light import Light
from lca.world.loose import Cut, finer, sample_cut, tailored
from lca.world.mesh_renderer import render_views
from lca.world.people import Person
from lca.world.scene import Scene, vertex_normals
from lca.world.stages import STUDIO_QUALITY, Film, frame, stature
from lca.world.tracking import Tracked

TIMES = 8
CAMERAS = 4
SECONDS, FPS = 3.4, 30.0
SOFT_FOLDS = 0.2
"""Painted folds of simulated cloth, which has its own."""
SNUG = 0.008
"""Metres: the most room in a shirt that a loose garment is worn over."""


@dataclass(frozen=True)
class Walker(Person):
    """A person who wears a loose garment instead of trousers or skirt."""

    cut: Cut
    floor: float

    @cached_property
    def wearer(self) -> Wearer:
        """The person and the garment, for the simulation."""
        figure = Figure(self.betas)
        return Wearer(figure, tailored(figure, self.cut), self.floor)

    @cached_property
    def pieces(self) -> list[Piece]:
        """Skin, hair, clothes and shoes in the T-pose; the loose garment is the last."""
        row = ROWS.index("bottom")
        loose = self.wearer.garment.piece(self.wearer.rest.astype(np.float32), row)
        return [*(piece for piece in super().pieces if piece.look != row), loose]

    def scene(self, drive: dict[str, ndarray], cloth: Float32[ndarray, "vertices 3"]) -> Scene:
        """The posed person with the garment where it was simulated."""
        scene = self.assemble(**drive)
        vertices = scene.vertices.copy()
        vertices[self.outfit.spans[-1]] = finer(cloth)
        return replace(scene, vertices=vertices, normals=vertex_normals(vertices, scene.faces))


def walker(rng: np.random.Generator, person: Person) -> Walker:
    """The person in a random loose garment; a dress is of the shirt's cloth."""
    cut, words = sample_cut(rng)
    old = person.identity
    rows, shirt, bottom = old.materials.copy(), ROWS.index("shirt"), ROWS.index("bottom")
    if cut.kind == "dress":
        rows[bottom, 1:28] = rows[shirt, 1:28]
        words |= {"bottom_print": str(old.attributes["shirt_print"])}
    rows[bottom, 14], rows[bottom, 28] = SOFT_FOLDS, 1.0
    identity = replace(
        old,
        materials=rows,
        top=replace(old.top, ease=min(old.top.ease, SNUG)),
        bottom=replace(old.bottom, skirt=True, ease=0.006, width=0.05, pleats=8),
        tucked=True,
        attributes=old.attributes | {"bottom": cut.kind, "dress": str(cut.kind == "dress")} | words,
    )
    return Walker(person.seed, identity, cut, stature(person)[0])


def eyes_round(rng: np.random.Generator, floor: float, tall: float) -> Float32[ndarray, "cameras 3"]:
    """Where the cameras stand, metres: evenly round the stage, from knee to above head height."""
    azimuths = rng.uniform(-np.pi, np.pi) + 2 * np.pi * (np.arange(CAMERAS) + rng.uniform(-0.2, 0.2, CAMERAS)) / CAMERAS
    distances, heights = rng.uniform(3.6, 5.0, CAMERAS), floor + tall * rng.uniform(0.3, 1.1, CAMERAS)
    return np.stack([distances * np.sin(azimuths), heights, distances * np.cos(azimuths)], 1).astype(np.float32)


def following(eye: Float32[ndarray, "3"], vertices: Float32[ndarray, "points 3"], size: int) -> Camera:
    """A camera at `eye` that turns and zooms so that the person fills 88% of the picture's height or width."""
    centre = (vertices.min(0) + vertices.max(0)) / 2
    matrix = look_at(torch.from_numpy(eye), torch.from_numpy(centre))
    x0, y0, x1, y1 = bounds(Camera(matrix, torch.eye(3), size, size), vertices)
    focal = 0.88 * size / max(x1 - x0, y1 - y0)
    x, y = size / 2 - focal * (x0 + x1) / 2, size / 2 - focal * (y0 + y1) / 2
    intrinsics = torch.tensor([[focal, 0.0, x], [0.0, focal, y], [0.0, 0.0, 1.0]], dtype=torch.float32)
    return Camera(matrix, intrinsics, size, size)


@dataclass(frozen=True)
class Show:
    """What all frames of a capture share; `eyes` are the places of the cameras, metres."""

    person: Walker
    light: Light
    surroundings: Surroundings
    film: Film
    motion: Motion
    draped: Draped
    eyes: Float32[ndarray, "cameras 3"]

    def photographed(self, rng: np.random.Generator, time: int, size: int) -> list[dict]:
        """All views of one frame of the motion."""
        drive = {name: getattr(self.motion, name)[time].numpy() for name in ("theta", "translation", "actions", "psi")}
        cloth = {"cloth_simulated": self.draped.simulated[time], "cloth_skinned": self.draped.skinned[time]}
        scene = self.person.scene(drive, cloth["cloth_simulated"])
        shots = [shot(following(eye, scene.vertices, size), scene.vertices, scene.canonical) for eye in self.eyes]
        views = [camera for taken in shots for camera in (taken.camera, taken.face_camera)]
        behind: list[ndarray | None] = [self.surroundings.view(camera, self.light) for camera in views]
        pictures = render_views(scene, views, self.light, behind)
        truth = drive | cloth | {"radiance": self.light.radiance}
        return [frame(rng, self.film, *item) | truth for item in zip(shots, pictures[::2], pictures[1::2], strict=True)]


def rehearsed(rng: np.random.Generator, person: Person) -> Show:
    """Garment, light, walk and simulation of one person."""
    dressed = walker(rng, person)
    motion = catwalk(rng, SECONDS, FPS, torch.from_numpy(np.asarray(person.betas, np.float32)))
    light = even_light(rng) if rng.random() < 0.5 else wild_light(rng)
    eyes = eyes_round(rng, *stature(person))
    film = Film(STUDIO_QUALITY, 0.0)
    return Show(dressed, light, studio_surroundings(rng), film, motion, dressed.wearer.drape(motion), eyes)


def runway(rng: np.random.Generator, person: Person, size: int) -> tuple[list[dict], Tracked]:
    """Eight moments of a walk and a spin, each seen by four cameras; tracking is exact. Frames go by time, then camera."""
    show = rehearsed(rng, person)
    frames = []
    for time in np.linspace(0, len(show.motion) - 1, TIMES).round().astype(int):
        frames += show.photographed(rng, int(time), size)
    columns = [np.stack([frame[name] for frame in frames]) for name in ("theta", "translation", "camera_from_world")]
    return frames, Tracked(columns[0], columns[1], np.asarray(person.betas, np.float32), columns[2])
