"""The shipped example: small, complete, and its truth agrees with its pictures."""

import pytest
import torch

from lca.data.example import FOLDER, load_example
from lca.errors import UserError
from lca.formats.photos import mask_box, read_pictures
from lca.geometry.body_file import load_body


def test_it_is_small():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 600e3


def test_photos_are_photos():
    pictures = read_pictures(load_example().photos)
    assert [tuple(picture.image.shape) for picture in pictures] == [(3, 960, 640)] * 4
    assert all(picture.alpha is None for picture in pictures)


def test_targets_are_over_grey():
    example = load_example()
    outside = example.mask.expand(-1, 3, -1, -1) < 0.01
    assert (example.image[outside] - 0.5).abs().max() < 0.01
    assert 0.03 < example.mask.mean() < 0.6


def test_body_posed_by_the_truth_projects_onto_the_mask():
    example, body = load_example(), load_body()
    count = len(example.image)
    motion = example.motion
    vertices = body.posed(example.betas.expand(count, -1), motion.theta, motion.translation, motion.psi, motion.actions)
    pixels = example.camera.project(vertices)[..., :2]
    for index in range(count):
        x, y = pixels[index].long().clamp(0, example.image.shape[-1] - 1).unbind(-1)
        assert (example.mask[index, 0, y, x] > 0).float().mean() > 0.97
        low, high = pixels[index].amin(0), pixels[index].amax(0)
        box = mask_box(example.mask[index])
        assert torch.stack([low - box[:2], box[2:] - high]).min() > -3


def test_targets_are_seen_from_different_sides():
    views = load_example().camera.camera_from_world
    turn, place = views[:, :3, :3], -views[:, :3, :3].mT @ views[:, :3, 3:]
    torch.testing.assert_close(turn @ turn.mT, torch.eye(3).expand(len(views), 3, 3), atol=1e-5, rtol=0)
    assert (torch.linalg.det(turn) > 0).all() and len(views) == len(load_example().photos)
    sides = torch.nn.functional.normalize(place[:, [0, 2], 0], dim=-1)
    assert (sides @ sides.T).min() < -0.5, "some from more than 120 degrees apart"


def test_missing_example(tmp_path):
    with pytest.raises(UserError, match="expected the example capture"):
        load_example(tmp_path)
