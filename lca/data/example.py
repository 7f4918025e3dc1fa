"""The example capture that ships with the package: four photos of a held-out person, and frames to compare with.

photo_1.jpg ...   what a user would bring
target_1.png ...  RGBA, cut out: other poses from other sides
truth.npz         cameras and drives of the targets, the person's shape and attributes
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.photos import read_picture
from lca.geometry.camera import Camera
from lca.geometry.motion import Motion

FOLDER = Path(__file__).parent.parent / "assets" / "example"


@dataclass(frozen=True)
class Example:
    """Photos as files; targets over mid grey with their masks, cameras and drives, one frame of `motion` each."""

    photos: tuple[Path, ...]
    image: Float[Tensor, "targets 3 size size"]
    mask: Float[Tensor, "targets 1 size size"]
    camera: Camera
    motion: Motion
    betas: Float[Tensor, " shape"]
    attributes: dict


def load_example(folder: Path = FOLDER) -> Example:
    """Read the example that `tools/build_example.py` made.

    Raises:
        UserError: it is not there.
    """
    if not (folder / "truth.npz").is_file():
        raise UserError(f"expected the example capture in {folder}, got no truth.npz: run tools/build_example.py")
    with np.load(folder / "truth.npz", allow_pickle=False) as file:
        truth = {name: torch.from_numpy(file[name]) for name in file.files if name != "attributes"}
        attributes = json.loads(str(file["attributes"]))
    pictures = [read_picture(path) for path in sorted(folder.glob("target_*.png"))]
    image = torch.stack([picture.image for picture in pictures])
    mask = torch.stack(
        [torch.ones_like(picture.image[:1]) if picture.alpha is None else picture.alpha for picture in pictures]
    )
    size = image.shape[-1]
    return Example(
        photos=tuple(sorted(folder.glob("photo_*.jpg"))),
        image=image,
        mask=mask,
        camera=Camera(truth["camera_from_world"], truth["intrinsics"], size, size),
        motion=Motion(truth["theta"], truth["translation"], truth["actions"], truth["psi"], fps=1.0),
        betas=truth["betas"],
        attributes=attributes,
    )
