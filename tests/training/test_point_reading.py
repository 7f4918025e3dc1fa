"""Teaching the network of points: pictures varied with their truth, and nothing else of the model touched."""

import numpy as np
import pytest
import torch

from lca.data.batch import make_example, stack
from lca.data.sources import open_source
from lca.errors import UserError
from lca.formats.photos import GREY
from lca.model.checkpoint import load_model, save_model
from lca.tracking.solution import placed_body
from lca.training.depths import depth_truth
from lca.training.experiment import experiment
from lca.training.point_reading import PointReading, mirrored, relit
from tests.world.captures import built


@pytest.fixture(scope="module")
def batch():
    recording = open_source(built("wild"), "train")[0]
    rng = np.random.default_rng(0)
    return stack([make_example(recording.photos([k]), recording.targets([3]), rng) for k in (0, 1)])


def test_a_mirror_shows_the_other_half(batch):
    turned = mirrored(batch)
    points, known = batch.body_canonical
    assert known.any()
    assert torch.equal(turned.body_canonical[0][:, 0], -points[:, 0].flip(-1))
    assert torch.equal(turned.body_canonical[0][:, 1:], points[:, 1:].flip(-1))
    assert torch.equal(turned.photos.face_mask, batch.photos.face_mask.flip(-1))
    assert torch.equal(mirrored(turned).photos.body, batch.photos.body)


def test_depth_is_that_of_the_posed_body(batch, network):
    """Where pixels show the bare body's own Gaussians, it is their depth behind the pelvis."""
    template, bodies = network.template, batch.bodies
    some = torch.arange(0, len(template.points), 6)[:64]
    points = template.points[some].T.reshape(1, 3, 8, 8).repeat(2, 1, 1, 1)
    known = torch.ones(2, 1, 8, 8)
    known[:, :, 3] = 0
    depth = depth_truth((points, known), bodies, network)
    assert not depth[:, :, 3].any()
    for k in range(2):
        place = torch.zeros(3)
        posed, joints = placed_body(template, bodies.betas[k], bodies.theta[k, 0], place)
        behind = ((posed[some] - joints[0]).float() @ bodies.camera_from_world[k, 0, 2]).reshape(1, 8, 8)
        torch.testing.assert_close(depth[k], behind * known[k], atol=1e-5, rtol=0)


def test_depths_agree_with_the_camera(batch, network):
    """Somebody half a metre deep at most, whose middle is where the pelvis is."""
    depth = depth_truth(batch.body_canonical, batch.bodies, network)[batch.body_canonical[1] > 0]
    assert depth.abs().max() < 1.2 and depth.mean().abs() < 0.3 and depth.std() > 0.05


def test_other_light_changes_the_person_alone(batch):
    torch.manual_seed(0)
    lit = relit(batch).photos
    outside = (batch.photos.body_mask == 0).expand_as(lit.body)
    assert (lit.body[outside] == GREY).all()
    inside = (batch.photos.body_mask == 1).expand_as(lit.body)
    assert (lit.body - batch.photos.body)[inside].abs().mean() > 0.02
    assert lit.body.min() >= 0 and lit.body.max() <= 1


def test_the_command_teaches_the_points_and_nothing_else(network, tmp_path):
    save_model(network, tmp_path / "base.safetensors")
    path = experiment(
        "points",
        "configs/small_points.yaml",
        f"--model.init={tmp_path / 'base.safetensors'}",
        "--model.photographs=false",
        f"--data.folders=[{built('wild')}]",
        "--data.batch_size=1",
        f"--trainer.default_root_dir={tmp_path / 'run'}",
        "--trainer.max_steps=2",
        "--trainer.limit_val_batches=1",
        "--trainer.accelerator=cpu",
        "--trainer.enable_progress_bar=false",
        "--trainer.enable_model_summary=false",
    ).fit()
    before, after = (load_model(file).state_dict() for file in (tmp_path / "base.safetensors", path))
    changed = {name for name in after if name not in before or not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("points.") for name in changed)


def test_without_the_file_of_photographs_it_says_how_to_get_it(network, tmp_path, monkeypatch):
    save_model(network, tmp_path / "base.safetensors")
    monkeypatch.setenv("LCA_NETWORKS", str(tmp_path))
    with pytest.raises(
        UserError, match=r"efficientnet_lite0.pth, got no such file: `lca networks --training` fetches it"
    ):
        PointReading(str(tmp_path / "base.safetensors"))
