"""The stylised stage: drawn people, many of them with exaggerated proportions. For tests of robustness only."""

import math
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float32, Float64
from numpy import ndarray

from lca.geometry.camera import Camera
from lca.motion.posed import joints_at
from lca.motion.sequences import DENSE, sequence
from lca.world.body.scene import Scene, vertex_normals
from lca.world.light.directional import Light, single_lamp
from lca.world.light.drawing import STYLES, drawing, graded, paper
from lca.world.light.environment import even_light, towards
from lca.world.light.exposure import Film
from lca.world.light.renderer import RenderedPicture, Seen, Tracer, over
from lca.world.person.people import Person
from lca.world.stages.filming import Taken, drive, exactly, moment, pictures, stature
from lca.world.stages.framing import shot
from lca.world.stages.handheld import hand_held

TIMES = 12
ACTS = ("turn", "walk", "talk", "dance", "reach", "feelings")
EXAGGERATED = 0.6
"""Share of captures with exaggerated proportions; those of the style "caricature" always."""
GROUPS: dict[str, tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]] = {
    "head": ((15,), ((15, 22, 23, 24),)),
    "hands": ((20, 21), ((20, *range(25, 40)), (21, *range(40, 55)))),
}
"""Joints about which a part is scaled, and the joints whose vertices are scaled with each."""
QUALITY = 92


def proportions(rng: np.random.Generator) -> dict[str, float]:
    """Factors of head and hands, and of the body's shape (its distance from the mean)."""
    return {
        "head": round(rng.uniform(1.1, 1.7), 2),
        "hands": round(rng.uniform(0.9, 1.5), 2),
        "shape": round(rng.uniform(1.2, 1.8), 2),
    }


def exaggerated(
    scene: Scene,
    weights: Float32[ndarray, "vertices joints"],
    joints: Float32[ndarray, "55 3"],
    factors: dict[str, float],
) -> Scene:
    """The posed person with head and hands scaled about neck and wrists; `joints` are where they are in the world."""
    vertices = scene.vertices.copy()
    for name, (pivots, held) in GROUPS.items():
        for pivot, members in zip(pivots, held, strict=True):
            share = weights[:, list(members)].sum(1, keepdims=True)
            vertices += share * np.float32(factors[name] - 1) * (vertices - joints[pivot])
    vertices = np.ascontiguousarray(vertices, np.float32)
    return replace(scene, vertices=vertices, normals=vertex_normals(vertices, scene.faces))


def stylised(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """Twelve moments of a drawn person that turns before a camera, exactly known."""
    style = str(rng.choice([*STYLES, "caricature"]))
    factors = {"head": 1.0, "hands": 1.0, "shape": 1.0}
    if style == "caricature" or rng.random() < EXAGGERATED:
        factors = proportions(rng)
    betas = np.clip(np.asarray(person.betas, np.float32) * np.float32(factors["shape"]), -3.5, 3.5)
    figure = Person(person.seed, replace(person.identity, betas=betas))
    floor, tall = stature(figure)
    act = str(rng.choice(ACTS))
    motion = sequence(act, rng, 8.0, DENSE, torch.from_numpy(betas), rng.uniform(-math.pi, math.pi), 2 * math.pi)
    joints = joints_at(motion, torch.from_numpy(betas), np.arange(len(motion)))
    pelvis = joints[:, 0].astype(float)
    hand = hand_held(rng, np.arange(len(motion)) / DENSE, pelvis, floor, tall, rng.uniform(-3, 3), 0.0)
    lamp = towards(rng.uniform(-math.pi, math.pi), rng.uniform(0.3, 1.1)).astype(np.float32)
    white = np.ones(3, np.float32)
    light = (
        single_lamp(lamp, white) if style in STYLES else even_light(rng).with_lamp(lamp, 0.9 * white, 0.08).exposed()
    )
    sheet = paper(rng, style)
    frames, hand_of_artist = [], int(rng.integers(2**31))
    for index in np.linspace(0, len(motion) - 1, TIMES).round().astype(int).tolist():
        driven = drive(figure, motion, index)
        scene = exaggerated(figure.assemble(**driven), figure.outfit.weights, joints[index], factors)
        tracer, taken = Tracer(scene), shot(hand.camera(index, size), scene.vertices, scene.canonical)
        views = [
            rendered(np.random.default_rng(hand_of_artist), style, Seen.by(tracer, camera), camera, light, sheet)
            for camera in (taken.camera, taken.face_camera)
        ]
        frames.append(pictures(rng, Film(QUALITY, 0.0), taken, *views) | moment(driven, light, index / DENSE, 0))
    scene = {"motion": act, "style": style, "light": "drawn", "surroundings": "paper"}
    return Taken(frames, exactly(frames, betas), scene, betas, (), {f"{k}_factor": v for k, v in factors.items()})


def rendered(
    rng: np.random.Generator, style: str, seen: Seen, camera: Camera, light: Light, sheet: Float64[ndarray, "2 3"]
) -> RenderedPicture:
    """One view; caricatures are shaded softly, as in animated films."""
    if style in STYLES:
        return drawing(rng, style, seen, camera, light.record()["lamp_direction"], sheet)
    return over(seen.lit(light), graded(sheet, *seen.size).astype(np.float32))
