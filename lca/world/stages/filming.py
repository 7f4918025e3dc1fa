"""Taking pictures of a posed person: what all stages share."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.formats.captures import canonical_bytes, depth_bytes, halved, mask_bytes, normal_bytes
from lca.geometry.body_file import load_body
from lca.geometry.motion import Motion
from lca.motion.contact import sole_vertices
from lca.world.light.directional import Light
from lca.world.light.exposure import Film
from lca.world.light.renderer import RenderedPicture, Truth
from lca.world.person.people import Person
from lca.world.stages.framing import Shot
from lca.world.stages.tracking import Tracked

Frame = dict[str, Any]
"""One frame of a capture: what `lca.formats.captures.SCHEMA` has per frame, without what was tracked."""


@dataclass(frozen=True)
class Taken:
    """A capture as a stage returns it. `scene` is for the record; `estimates` are the columns that are not exact."""

    frames: list[Frame]
    tracked: Tracked
    scene: dict[str, Any]
    betas: Float32[ndarray, "100"]
    estimates: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    """What the stage has made of the person, beyond its own attributes."""


def stature(person: Person) -> tuple[float, float]:
    """Height of the floor under a person at rest and the person's height above it, metres."""
    body = load_body()
    vertices = body.rest(torch.from_numpy(np.asarray(person.betas, np.float32)))[0]
    floor = float(vertices[sole_vertices(body), 1].min())
    return floor, float(vertices[:, 1].max()) - floor


def drive(person: Person, motion: Motion, index: int) -> dict[str, Float32[ndarray, "..."]]:
    """What `Person.assemble` needs of one moment, with the person's resting face where the motion leaves the face alone."""
    driven = {name: getattr(motion, name)[index].numpy() for name in ("theta", "translation", "actions", "psi")}
    return driven | {"actions": person.relaxed(driven["actions"])}


def pictures(rng: np.random.Generator, film: Film, taken: Shot, body: RenderedPicture, face: RenderedPicture) -> Frame:
    """Pictures as files and the cameras that took them."""
    return {
        "image": film.develop(rng, body.image),
        "mask": mask_bytes(body.mask),
        "canonical": canonical_bytes(halved(body.truth.canonical)),
        "face": film.develop(rng, face.image),
        "face_mask": mask_bytes(face.mask),
        "face_canonical": canonical_bytes(halved(face.truth.canonical)),
        "camera_from_world": taken.camera.camera_from_world.numpy(),
        "intrinsics": taken.camera.intrinsics.numpy(),
        "face_intrinsics": taken.face_camera.intrinsics.numpy(),
        "body_box": mask_box(body.mask),
        "face_box": taken.face_box,
    }


def geometry(body: Truth) -> Frame:
    """Depth and normals, of the stages that promise them."""
    both = halved(body.canonical, np.concatenate([body.depth[..., None], body.normals], -1))
    normals = both[..., 1:] / np.maximum(np.linalg.norm(both[..., 1:], axis=-1, keepdims=True), 1e-6)
    return {"depth": depth_bytes(both[..., 0]), "normals": normal_bytes(normals.astype(np.float32))}


def moment(driven: dict, light: Light, time: float, camera: int) -> Frame:
    """What was so when the picture was taken."""
    return driven | light.record() | {"time": np.float32(time), "camera_index": np.int32(camera)}


def mask_box(mask: Float32[ndarray, "height width"]) -> Float32[ndarray, "4"]:
    """Tight box x0 y0 x1 y1 round the pixels that are at least half covered; zeros if there are none."""
    rows, columns = np.flatnonzero((mask >= 0.5).any(1)), np.flatnonzero((mask >= 0.5).any(0))
    if len(rows) == 0:
        return np.zeros(4, np.float32)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def column(frames: list[Frame], name: str) -> ndarray:
    """One number column of all frames."""
    return np.stack([taken[name] for taken in frames])


def exactly(frames: list[Frame], betas: Float32[ndarray, "100"]) -> Tracked:
    """A calibrated stage: what is tracked is the truth."""
    theta, translation, cameras = (column(frames, name) for name in ("theta", "translation", "camera_from_world"))
    return Tracked(theta, translation, betas, cameras, np.ones(len(frames), np.float32))
