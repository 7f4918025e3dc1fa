"""Skirts: a tube that ends at its hem, closed all round, and whole in a stride."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.formats.photos import Photos
from lca.geometry.gaussians import Gaussians
from lca.geometry.joint_names import JOINTS
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.model.skirt import AXIS, KNOTS, SNUG, Cut, skirted, wearer_of

CUT = Cut(-0.6, np.array([[0.02, 0.0], [0.06, 0.01], [0.12, 0.0]]))


@pytest.fixture(scope="module")
def model():
    """The shipped one: a tube needs as many Gaussians as users have."""
    return load_model()


@pytest.fixture(scope="module")
def plain(model) -> Avatar:
    """The mean body in grey, skinned plainly."""
    torch.manual_seed(0)
    photos = Photos(
        torch.rand(1, 1, 3, 256, 256), *(torch.ones(1, 1, c, s, s) for c, s in ((1, 256), (3, 128), (1, 128)))
    )
    template, count = model.template, len(model.template.points)
    canonical = Gaussians(
        template.points.clone(),
        template.frames.clone(),
        template.spacing[:, None].repeat(1, 3),
        torch.full((count,), 0.9),
        torch.full((count, 3), 0.5),
    )
    with torch.no_grad():
        made = model.avatar_of(model.read(photos)[1], 1, torch.zeros(10), loose=0.0, cover=False)
    return replace(made, canonical=canonical, materials=None)


@pytest.fixture(scope="module")
def wearer(model, plain):
    return wearer_of(model.template, plain.betas)


def test_a_cut_is_its_numbers():
    again = Cut.of(CUT.vector)
    assert again.hem == CUT.hem and (again.ease == CUT.ease).all() and len(CUT.vector) == 1 + 2 * KNOTS


def test_a_tube_ends_at_its_hem(model, plain, wearer):
    worn = skirted(plain, model.template, CUT)
    moved = (worn.canonical.means - plain.canonical.means).norm(dim=-1).numpy()
    height = wearer.places[:, 1]
    below = wearer.legs & (height < CUT.hem)
    assert moved[below].max() < 1.1 * SNUG
    just_above = wearer.legs & (height > CUT.hem) & (height < CUT.hem + 0.03)
    assert moved[just_above].min() > 0.05
    untouched = ~wearer.tube
    assert moved[untouched].max() == 0
    assert worn.metadata["skirt"] == f"{wearer.top - CUT.hem:.2f} m"


def test_the_tube_goes_round_both_legs_as_far_out_as_its_cut_says(wearer):
    tube = wearer.hanging(CUT)
    places = tube.means.numpy()
    radius = np.hypot(places[:, 0], places[:, 2] - AXIS)
    snug = wearer.hanging(Cut(CUT.hem, np.zeros((KNOTS, 2)))).means.numpy()
    wider = radius - np.hypot(snug[:, 0], snug[:, 2] - AXIS)
    at_hem = places[:, 1] < CUT.hem + 0.02
    assert 0.10 < wider[at_hem].mean() < 0.125 and wider.min() > -1e-6
    angles = np.sort(np.arctan2(places[at_hem, 0], places[at_hem, 2] - AXIS))
    assert np.degrees(np.diff(angles, append=angles[0] + 2 * np.pi)).max() < 15
    outward = quat_wxyz_to_matrix(tube.quats_wxyz)[..., 2].numpy()
    assert (outward[:, [0, 2]] * (places[:, [0, 2]] - [0.0, AXIS])).sum(1).min() > 0


def test_a_stride_does_not_tear_it(model, plain):
    """What lies side by side on the tube stays near, of either leg; with the weights of the body it would not."""
    worn = skirted(plain, model.template, CUT)
    torn = replace(worn, rig=plain.rig)
    theta = torch.zeros(156)
    for joint, turn in (("left_hip", -0.5), ("right_hip", 0.4)):
        theta[3 * JOINTS.index(joint)] = turn
    index = wearer_of(model.template, plain.betas).hanging(CUT).index
    means = worn.canonical.means[index]
    pairs = torch.cdist(means, means).fill_diagonal_(9.0).topk(4, largest=False).indices

    def widest(avatar: Avatar) -> float:
        posed = avatar.drive(theta).means[index]
        return float((posed[pairs] - posed[:, None]).norm(dim=-1).quantile(0.999))

    assert widest(worn) < 0.06 < 0.2 < widest(torn)
    torch.testing.assert_close(worn.rig.skin_weights.sum(-1), torch.ones(len(worn.canonical)))


def test_a_skirt_has_the_colour_of_cloth_all_over(model, plain, wearer):
    """Insides of legs, in the shade, and skin below the hem give it none."""
    height, index = wearer.places[:, 1], torch.arange(len(wearer.places))
    cloth = torch.tensor([0.2, 0.6, 0.3])
    is_cloth = torch.from_numpy((wearer.outer | wearer.sewn) & (height > CUT.hem))
    colors = torch.where(is_cloth[:, None], cloth, torch.tensor([0.05, 0.0, 0.0]))
    worn = skirted(replace(plain, canonical=replace(plain.canonical, colors=colors)), model.template, CUT)
    hanging = torch.from_numpy(wearer.tube & (height > CUT.hem))[index]
    torch.testing.assert_close(worn.canonical.colors[hanging], cloth.expand(int(hanging.sum()), 3), atol=0.02, rtol=0)


def test_it_is_an_avatar_like_any_other(model, plain, tmp_path):
    worn = skirted(plain, model.template, CUT)
    worn.save(tmp_path / "skirt.safetensors")
    again = Avatar.load(tmp_path / "skirt.safetensors")
    theta = torch.zeros(156)
    theta[3 * JOINTS.index("left_knee")] = 0.6
    torch.testing.assert_close(again.drive(theta).means, worn.drive(theta).means, atol=2e-3, rtol=0)
    assert again.metadata["skirt"] == worn.metadata["skirt"]
