"""What the tests of the front end share: the fetched networks, photos of the example's person with known masks, a drawn body."""

import os

import pytest
import torch

from lca.data.example import load_example
from lca.formats.network_files import HOW, missing_networks
from lca.formats.photos import Picture
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.model.rig import Rig
from lca.tracking.body_landmarks import NAMES, BodyLandmarks
from lca.tracking.region import Region

METRE = 100.0
"""Pixels of a metre in the drawn body."""
STANDING = {
    **{"nose": (0, -0.62), "eye_inner": (0.015, -0.655), "eye": (0.03, -0.655), "eye_outer": (0.045, -0.65)},
    **{"ear": (0.075, -0.64), "mouth": (0.025, -0.58), "shoulder": (0.17, -0.45), "elbow": (0.24, -0.2)},
    **{"wrist": (0.27, 0.03), "pinky": (0.29, 0.1), "index": (0.26, 0.11), "thumb": (0.25, 0.08), "hip": (0.1, 0.0)},
    **{"knee": (0.11, 0.42), "ankle": (0.11, 0.82), "heel": (0.1, 0.86), "foot_index": (0.14, 0.9)},
}
"""Metres to the person's left and down from the middle of the hips."""


@pytest.fixture
def networks():
    """The network files; without them a test is skipped, in CI it fails."""
    if missing_networks():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs the networks: {HOW}")


def standing(hips=(120.0, 130.0), **moved) -> BodyLandmarks:
    """Somebody who faces the camera, hips in pixels; keywords move landmarks (metres) or replace other fields."""
    places = []
    for name in NAMES:
        side, part = (-1 if "right" in name else 1), name.replace("left", "").replace("right", "").strip("_")
        right, down = moved.pop(name, None) or (side * STANDING[part][0], STANDING[part][1])
        places.append([right, down])
    metres = torch.tensor(places)
    depth = torch.tensor([[-0.12 if name == "nose" else 0.0] for name in NAMES])
    region = Region(hips, 2.4 * METRE)
    fields = {
        "region": region,
        "points": metres * METRE + torch.tensor(hips),
        "visibility": torch.ones(33),
        "world": torch.cat([metres, depth], -1),
        "presence": 1.0,
        "mask_logits": torch.full((1, 256, 256), -9.0),
        "next_region": region,
    }
    return BodyLandmarks(**{**fields, **moved})


def mask_of(body: BodyLandmarks, height: int = 240, width: int = 240) -> torch.Tensor:
    """Discs about the landmarks and along the limbs of a drawn body."""
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    pixels, mask = torch.stack([x, y], -1), torch.zeros(height, width)
    spots = [(body.middle("left_eye", "right_eye"), 0.1), (body.middle("left_hip", "right_shoulder"), 0.22)]
    spots += [(body.middle("left_shoulder", "right_hip"), 0.22)]
    for side in ("left", "right"):
        limbs = (("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "index"), ("hip", "knee"), ("knee", "ankle"))
        for start, end in (*limbs, ("ankle", "foot_index")):
            a, b = body.point(f"{side}_{start}"), body.point(f"{side}_{end}")
            spots += [(a + (b - a) * share, 0.06) for share in torch.linspace(0, 1, 12)]
    for middle, radius in spots:
        mask = mask.maximum(((pixels - middle).norm(dim=-1) < radius * METRE).float())
    return mask[None]


@pytest.fixture(scope="session")
def example():
    """Targets of the example: cut-out pictures with exact masks."""
    return load_example()


@pytest.fixture
def placed(example):
    """Put target `k` of the example into a scene of smooth colours: (picture, mask)."""

    def place(k: int = 0, scale: float = 1.0) -> tuple[Picture, torch.Tensor]:
        image, mask = example.image[k], example.mask[k]
        y, x = torch.meshgrid(torch.linspace(0, 1, 256), torch.linspace(0, 1, 256), indexing="ij")
        scene = torch.stack([0.55 + 0.2 * y, 0.6 + 0.1 * x, 0.7 - 0.2 * y])
        shown = (image * mask + scene * (1 - mask)) * scale
        return Picture(f"target {k}", shown, None), mask

    return place


@pytest.fixture(scope="module")
def model():
    """The shipped one."""
    return load_model()


@pytest.fixture(scope="module")
def avatar(model):
    """The bare mean body in grey."""
    body, template, count = load_body(), model.template, len(model.template.points)
    canonical = Gaussians(
        template.points.clone(),
        template.frames.clone(),
        template.spacing[:, None].repeat(1, 3),
        torch.full((count,), 0.9),
        torch.full((count, 3), 0.5),
    )
    rig = Rig(body.joint_template, tuple(body.parents), template.skin_indices, template.skin_weights)
    tokens = torch.zeros(len(template.anchors), model.driver.token.in_features)
    return Avatar(
        canonical,
        rig,
        torch.zeros(100),
        tokens,
        template.face_anchors,
        model.driver.frozen_copy(),
        model.face_code.action_map,
    )
