"""Pictures show what the state says: shape, gaze, overlays, background, size."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.geometry.camera import orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import axis_angle_to_matrix
from lca.geometry.skinning import full_pose, gaze, joint_transforms
from lca.lab.overlays import depth_picture, normal_picture
from lca.panel.eyes import looking_at, pointed_at
from lca.panel.frames import anchors, as_jpeg, frame
from lca.panel.library import poses
from lca.panel.person import PanelPerson
from lca.panel.state import Look, State, Viewpoint
from lca.render import render

SMALL = State(pose=poses()["standing"], look=Look(size=128))


@pytest.fixture(scope="module")
def person(avatar):
    return PanelPerson(avatar)


def pixels(person, state=SMALL, **look):
    return np.asarray(frame([person], replace(state, look=replace(state.look, **look)))).astype(int)


def test_size_scale_and_background(person):
    assert pixels(person).shape == (128, 128, 3)
    assert frame([person, person], SMALL, 0.5).size == (128, 64)
    assert pixels(person, background="#102030")[0, 0].tolist() == [16, 32, 48]
    assert as_jpeg(frame([person], SMALL))[:2] == b"\xff\xd8"


def test_the_same_state_gives_the_same_picture(person):
    np.testing.assert_array_equal(pixels(person), pixels(person))


def test_skeleton_and_anchors_are_drawn_over_the_person(person):
    plain, covered = pixels(person), np.abs(pixels(person) - 255).max(-1) > 20
    for overlay in ("skeleton", "anchors"):
        changed = np.abs(pixels(person, SMALL, **{overlay: True}) - plain).max(-1) > 20
        assert 0.002 < changed.mean() < 0.3
        assert (changed & covered).sum() > 0.5 * changed.sum()


def test_close_cameras_draw_what_lies_before_them(person):
    """The camera looks down at the feet from inside the chest: what is behind it would be drawn upside down."""
    inside = replace(SMALL, view=Viewpoint(0.0, 1.2, 0.6, (0.0, -0.5, -0.3), field_of_view=1.2))
    places = inside.view.camera(128).project(anchors(person.posed(inside), person))
    behind, seen = places[:, 2] < 0, places[places[:, 2] > 0, :2]
    assert behind.sum() > 5 and len(seen) > 5
    drawn = np.abs(pixels(person, state=inside, anchors=True) - pixels(person, state=inside)).max(-1) > 20
    marks = torch.from_numpy(np.argwhere(drawn)[:, ::-1].copy()).float()
    assert 0 < drawn.mean() < 0.3 and torch.cdist(marks, seen).amin(1).max() < 2.5


def ball():
    camera = orbit(0.0, distance=2.0, target=(0.0, 0.0, 0.0), size=64)
    directions = torch.nn.functional.normalize(torch.randn(6000, 3), dim=-1)
    shell = Gaussians(
        0.4 * directions, torch.tensor([1.0, 0, 0, 0]).repeat(6000, 1), torch.full((6000, 3), 0.02),
        torch.full((6000,), 0.99), torch.ones(6000, 3),
    )  # fmt: skip
    return camera, render(shell, camera)


def test_depth_is_lighter_in_front():
    _, rendering = ball()
    shown = depth_picture(rendering, torch.zeros(3))
    assert shown[0, 32, 32] > shown[0, 32, 14] > 0 and shown[:, 0, 0].tolist() == [0, 0, 0]


def test_normals_of_a_ball_point_right_up_and_to_the_viewer():
    camera, rendering = ball()
    shown = normal_picture(rendering, camera, torch.zeros(3))
    assert shown[2, 28:36, 28:36].mean() > 0.9
    assert shown[0, 28:36, 40:46].mean() > 0.6 > 0.4 > shown[0, 28:36, 18:24].mean()
    assert shown[1, 18:24, 28:36].mean() > 0.6 > 0.4 > shown[1, 40:46, 28:36].mean()


def test_shape_moves_the_body_and_its_joints_together(person):
    taller = person.shaped((2.0, *[0.0] * 9))
    before, after = person.avatar.canonical.means, taller.canonical.means
    assert (after - before).norm(dim=-1).max() > 0.02
    assert (taller.rig.joints - person.avatar.rig.joints).norm(dim=-1).max() > 0.01
    back = replace(SMALL, shape=(0.0,) * 10)
    np.testing.assert_array_equal(pixels(person, state=back), pixels(person))


def test_feet_on_the_floor_do_not_depend_on_where_they_were(person):
    pose = replace(poses()["squat"], translation=(0.3, 1.0, 0.2))
    lowered = person.on_floor(pose, (0.0,) * 10)
    assert lowered.translation[0] == 0.3 and lowered.translation[1] < 0
    assert person.on_floor(lowered, (0.0,) * 10) == lowered


@pytest.mark.parametrize("point", [(0.2, 0.6, 1.5), (-0.5, 0.9, 2.0)])
def test_eyes_that_look_at_a_point_do(avatar, point):
    pose, rig = replace(poses()["wave"], translation=(0.1, 0.0, 0.0)), avatar.rig
    psi = looking_at(pose, point, rig.joints, rig.parents)
    theta, _, _, translation = pose.tensors()
    transforms = joint_transforms(full_pose(theta, torch.tensor(psi)), rig.joints, rig.parents, translation)
    for eye in (23, 24):
        place = transforms[eye, :3, :3] @ rig.joints[eye] + transforms[eye, :3, 3]
        wanted = torch.nn.functional.normalize(torch.tensor(point) - place, dim=0)
        assert float(transforms[eye, :3, 2] @ wanted) > 0.9999
    assert axis_angle_to_matrix(gaze(torch.tensor(psi))).shape == (2, 3, 3)


def test_eyes_turn_no_further_than_eyes_do(avatar):
    psi = looking_at(poses()["standing"], (5.0, 0.6, -1.0), avatar.rig.joints, avatar.rig.parents)
    assert max(map(abs, psi)) < 0.62


def test_a_pointer_on_the_head_means_the_viewer_and_beside_it_that_side(person):
    view, head = Viewpoint(0.2, 0.1, 1.2, (0.0, 0.55, 0.0)), person.head(SMALL)
    x, y, _ = (view.camera(1).project(head[None])[0]).tolist()
    to_viewer = torch.nn.functional.normalize(torch.tensor(view.eye) - head, dim=0)
    to_point = torch.nn.functional.normalize(torch.tensor(pointed_at(view, x, y, head)) - head, dim=0)
    assert float(to_viewer @ to_point) > 0.999
    right = pointed_at(view, x + 0.3, y, head)
    assert float(view.camera(1).project(torch.tensor([right]))[0, 0]) == pytest.approx(x + 0.3, abs=1e-4)
