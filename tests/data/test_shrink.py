"""Smaller pictures of the same people: cameras still see what the pictures show, and what is not asked for stays."""

import numpy as np
import pytest
import torch

from lca.data.batch import Batch, make_example
from lca.data.module import AvatarData
from lca.data.shrink import shrunk
from lca.data.sources import open_source
from lca.errors import UserError
from tests.world.captures import SIZE, built


@pytest.fixture(scope="module")
def example() -> Batch:
    recording = open_source(str(built("wild")), "train")[0]
    return make_example(recording.photos([0, 1]), recording.targets([2]), np.random.default_rng(0), exact=True)


def test_every_picture_is_averaged_and_every_camera_sees_it(example):
    small = shrunk(example, 2)
    assert small.photos.body.shape[-1] == 128 and small.photos.face.shape[-1] == 64
    assert small.targets.image.shape[-1] == SIZE // 2 and small.code_faces.shape[-1] == 64
    for name in ("image", "mask", "face", "face_mask"):
        large = getattr(example.targets, name)[..., :2, 4:6].mean((-2, -1))
        assert torch.allclose(getattr(small.targets, name)[..., 0, 2], large, atol=1e-6)
    points = torch.tensor([[0.1, -0.3, 0.2], [0.0, 0.4, -0.1]])
    for before, after in zip(example.targets.cameras(), small.targets.cameras(), strict=True):
        assert after.width * 2 == before.width
        pixels, half = before[0].project(points), after[0].project(points)
        assert torch.allclose(half[:, :2] * 2, pixels[:, :2], rtol=1e-4)
        assert torch.equal(half[:, 2], pixels[:, 2])


def test_canonical_points_are_not_blended(example):
    for before, after in zip(example.body_canonical, shrunk(example, 2).body_canonical, strict=True):
        assert torch.equal(after, before[..., ::2, ::2]) and after.shape[-1] == 64


def test_batches_are_small_where_the_data_module_is_told_so(example):
    assert shrunk(example, 1) is example
    told = {"folders": [str(built("wild"))], "batch_size": 2, "photos": (2, 2), "targets": 1}
    large, small = (next(iter(AvatarData(**told, shrink=by).train_dataloader())) for by in (1, 2))
    assert small.photos.body.shape == (2, 2, 3, 128, 128)
    assert torch.equal(small.targets.image, shrunk(large, 2).targets.image)
    with pytest.raises(UserError, match=r"expected data\.shrink from 1 to 8, got 9"):
        AvatarData(**told, shrink=9)
