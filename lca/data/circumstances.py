"""What the world knows of a capture beyond `lca.data.sample.Capture`: how it was taken, and exact surfaces where promised."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.errors import UserError
from lca.formats.captures import CLOTH, decoded, depth_metres, unit_normals
from lca.formats.columns import coded
from lca.formats.fields import CIRCUMSTANCES, check


@dataclass(frozen=True)
class Circumstances:
    """How some frames of a row were taken."""

    scene: dict[str, Any]
    """What the person does, light, surroundings, lens and film, in words and numbers."""
    exact: tuple[str, ...]
    """Columns of the row that are exact truth; the other ones are a tracker's estimates."""
    time: Float[Tensor, "frames"]
    """Seconds since the capture began."""
    camera_index: Int[Tensor, "frames"]
    """Which camera of the stage."""
    tracked_confidence: Float[Tensor, "frames"]
    """What the tracker thinks of itself, 0 lost to 1 sure."""

    @staticmethod
    def read(row: Mapping[str, Any], frames: Sequence[int]) -> "Circumstances":
        """Those of the chosen frames of a row of `load_world`.

        Raises:
            UserError: numbers out of range (see `lca.formats.fields`).
        """
        chosen = list(frames)
        numbers = {name: np.asarray(row[name], np.float32)[chosen] for name in CIRCUMSTANCES}
        for name, values in numbers.items():
            check(name, values, len(chosen), row["identity"])
        return Circumstances(
            scene=json.loads(row["scene"]),
            exact=tuple(json.loads(row["exact"])),
            camera_index=torch.from_numpy(np.asarray(row["camera_index"], np.int64)[chosen]),
            **{name: torch.from_numpy(values) for name, values in numbers.items()},
        )


@dataclass(frozen=True)
class Surface:
    """Exact geometry of some frames, at half the size of the photos; 0 where the background is."""

    depth: Float[Tensor, "frames 1 half half"]
    """Metres along the camera's axis."""
    normals: Float[Tensor, "frames 3 half half"]
    """Unit vectors in world axes."""

    @staticmethod
    def read(row: Mapping[str, Any], frames: Sequence[int]) -> "Surface":
        """Decode the chosen frames of a row of `load_world`.

        Raises:
            UserError: a capture of a stage that does not promise them.
        """
        if len(row["depth"]) == 0:
            raise UserError(
                f"expected depth and normals in {row['identity']}, got none: of all stages only studio, lightstage and "
                "those whose data card says so have them"
            )
        depth = np.stack([depth_metres(decoded(coded(row["depth"][k])))[None] for k in frames])
        normals = np.stack([unit_normals(decoded(coded(row["normals"][k]))).transpose(2, 0, 1) for k in frames])
        return Surface(torch.from_numpy(depth), torch.from_numpy(normals))


@dataclass(frozen=True)
class Cloth:
    """The loose garment in some frames, world metres; rings of columns from the band down, joined as
    `lca.world.cloth.loose.ring_faces` says. The difference is what a model of loose garments has to learn."""

    simulated: Float[Tensor, "frames vertices 3"]
    """As physics has it, and as the photos show it."""
    skinned: Float[Tensor, "frames vertices 3"]
    """The garment that hung round the T-pose, carried by the joints alone."""

    @staticmethod
    def read(row: Mapping[str, Any], frames: Sequence[int]) -> "Cloth":
        """That of the chosen frames of a row of `load_world`.

        Raises:
            UserError: a capture of a stage without loose garments; numbers out of range (see `lca.formats.fields`).
        """
        if len(row["cloth_simulated"]) == 0:
            raise UserError(
                f"expected a loose garment in {row['identity']}, got none: of all stages only runway simulates cloth"
            )
        chosen = list(frames)
        both = [np.asarray(row[name], np.float32)[chosen] for name in CLOTH]
        for name, values in zip(CLOTH, both, strict=True):
            check(name, values, len(chosen), row["identity"])
        return Cloth(*(torch.from_numpy(values) for values in both))
