"""Build lca/assets/face_points.npz: where on the body the 478 landmarks of a face lie.

    lca world build wild --identities 208 --seed 11 --size 128 --out data/faces
    python tools/build_face_points.py data/faces

The network's landmarks are looked up in the exact canonical maps of the face crops, and the
medians over all faces are kept, with how far a landmark strays from its median.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from tqdm import tqdm

from lca.data.datasets import load_world
from lca.data.sample import Capture
from lca.formats.atomic import writing
from lca.tracking.detector import FACES
from lca.tracking.face_landmarks import face_region, read_face
from lca.tracking.face_points import FACE_POINTS, POINTS
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

LIKELY = 0.9
LEAST = 20
"""Faces that must show a landmark."""
STRAY = 0.03
"""Metres from a first median beyond which hair or a hand is shown, not the face."""


def looked_up(capture: Capture, frame: int) -> np.ndarray | None:
    """Canonical points (478, 3) of one face's landmarks in metres, NaN where the map has none; None where no face is seen."""
    picture, size = capture.face[frame], capture.face.shape[-1]
    image = PhotoPyramid.of(picture)
    seen = FACES.find(image, Region((size / 2, size / 2), float(size)))
    face = read_face(image, face_region(seen[0])) if seen else None
    if face is None or face.presence < LIKELY:
        return None
    points, known = capture.face_canonical[frame], capture.face_canonical_mask[frame, 0]
    place = (face.points[:, :2] * points.shape[-1] / size).long()
    inside = ((place >= 0) & (place < points.shape[-1])).all(-1)
    x, y = place.clamp(0, points.shape[-1] - 1).unbind(-1)
    found = points[:, y, x].T.clone()
    found[~(inside & known[y, x])] = torch.nan
    return found.numpy()


def faces(folder: Path) -> Iterator[np.ndarray]:
    """Landmarks of every face of the training people of a world."""
    for row in tqdm(load_world(folder, "train"), unit="person"):
        capture = Capture.read(cast("Mapping[str, Any]", row))
        for frame in range(len(capture)):
            found = looked_up(capture, frame)
            if found is not None:
                yield found


def main() -> None:
    """Photograph, look up, take medians, write the file."""
    parser = argparse.ArgumentParser(description="Measure where the landmarks of faces lie on the body.")
    parser.add_argument("data", type=Path, help="folder written by `lca world build wild`")
    found = np.stack(list(faces(parser.parse_args().data)))
    assert found.shape[1:] == (POINTS, 3)
    first = np.nanmedian(found, 0)
    found[np.linalg.norm(found - first, axis=-1) > STRAY] = np.nan
    count = np.isfinite(found[..., 0]).sum(0)
    points = np.where(count[:, None] >= LEAST, np.nanmedian(found, 0), np.nan)
    error = np.nanmedian(np.linalg.norm(found - points, axis=-1), 0)
    print(
        f"{len(found)} faces; {int((count >= LEAST).sum())} landmarks; median error {np.nanmedian(error) * 1000:.1f} mm"
    )
    with writing(FACE_POINTS) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, points=points.astype(np.float32), error=error.astype(np.float32))


if __name__ == "__main__":
    main()
