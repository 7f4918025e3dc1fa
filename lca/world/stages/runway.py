"""The runway stage: somebody in a loose garment walks, spins and walks on, or dances, reaches, squats, before four cameras.

The cloth is simulated, all truth is exact. Each frame keeps the garment twice: as simulated, and as skinning alone would have it.
The difference is what a model of loose garments has to learn.
"""

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.geometry.camera import Camera, look_at
from lca.geometry.motion import Motion
from lca.motion.catwalk import catwalk
from lca.motion.sequences import played, sequence
from lca.world.light.background import studio_surroundings
from lca.world.light.environment import even_light, light_of, wild_kind
from lca.world.light.exposure import Film
from lca.world.light.renderer import Seen, Tracer, over
from lca.world.person.people import Person
from lca.world.stages.filming import Taken, drive, exactly, geometry, moment, pictures, stature
from lca.world.stages.framing import bounds, shot
from lca.world.stages.walker import walker

TIMES = 8
"""Moments of a capture, spread evenly over the motion."""
CAMERAS = 4
SECONDS, FPS = 3.4, 30.0
ACTS = ("walk", "turn", "dance", "reach", "squat")
"""Of the motion library; every other capture shows a catwalk."""
FILLED = 0.88
"""Of the picture's height or width."""
QUALITY = 95


def performed(rng: np.random.Generator, betas: torch.Tensor) -> tuple[str, Motion]:
    """What a person of this shape does -> its name, the motion."""
    heading = rng.uniform(-np.pi, np.pi)
    if rng.random() < 0.5:
        return "catwalk", played([catwalk], rng, SECONDS, FPS, betas, heading)
    name, turning = str(rng.choice(ACTS)), rng.choice([-1, 1]) * rng.uniform(0.5, 4.0)
    return name, sequence(name, rng, SECONDS, FPS, betas, heading, turning)


def eyes_round(rng: np.random.Generator, floor: float, tall: float) -> Float32[ndarray, "cameras 3"]:
    """Where the cameras stand, metres: evenly round the stage, from knee to above head height."""
    azimuths = rng.uniform(-np.pi, np.pi) + 2 * np.pi * (np.arange(CAMERAS) + rng.uniform(-0.2, 0.2, CAMERAS)) / CAMERAS
    distances, heights = rng.uniform(3.6, 5.0, CAMERAS), floor + tall * rng.uniform(0.3, 1.1, CAMERAS)
    return np.stack([distances * np.sin(azimuths), heights, distances * np.cos(azimuths)], 1).astype(np.float32)


def following(eye: Float32[ndarray, "3"], vertices: Float32[ndarray, "points 3"], size: int) -> Camera:
    """A camera at `eye` that turns and zooms so that `vertices` (m) fill `FILLED` of the picture's height or width."""
    centre = (vertices.min(0) + vertices.max(0)) / 2
    matrix = look_at(torch.from_numpy(eye), torch.from_numpy(centre))
    x0, y0, x1, y1 = bounds(Camera(matrix, torch.eye(3), size, size), vertices)
    focal = FILLED * size / max(x1 - x0, y1 - y0)
    x, y = size / 2 - focal * (x0 + x1) / 2, size / 2 - focal * (y0 + y1) / 2
    intrinsics = torch.tensor([[focal, 0.0, x], [0.0, focal, y], [0.0, 0.0, 1.0]], dtype=torch.float32)
    return Camera(matrix, intrinsics, size, size)


def runway(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """Eight moments, each seen by four cameras; tracking is exact. Frames are ordered by time, then camera."""
    dressed, betas = walker(rng, person), np.asarray(person.betas, np.float32)
    name, motion = performed(rng, torch.from_numpy(betas))
    draped = dressed.wearer.drape(motion)
    kind = "even" if rng.random() < 0.5 else wild_kind(rng)
    light = even_light(rng) if kind == "even" else light_of(rng, kind)
    eyes, screen, film = eyes_round(rng, *stature(person)), studio_surroundings(rng), Film(QUALITY, 0.0)
    frames = []
    for time in np.linspace(0, len(motion) - 1, TIMES).round().astype(int).tolist():
        driven = drive(person, motion, time)
        cloth = {"cloth_simulated": draped.simulated[time], "cloth_skinned": draped.skinned[time]}
        scene = dressed.scene(driven, draped.simulated[time])
        tracer = Tracer(scene)
        for index, eye in enumerate(eyes):
            taken = shot(following(eye, scene.vertices, size), scene.vertices, scene.canonical)
            views = [
                over(Seen.by(tracer, camera).lit(light), screen.view(camera, light))
                for camera in (taken.camera, taken.face_camera)
            ]
            known = moment(driven, light, time / FPS, index) | cloth
            frames.append(pictures(rng, film, taken, *views) | geometry(views[0].truth) | known)
    told = {"motion": name, "light": kind, "surroundings": "screen", "cameras": CAMERAS, "jpeg_quality": QUALITY}
    return Taken(frames, exactly(frames, betas), told, betas, (), dressed.attributes)
