from dataclasses import replace

import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.skinning import full_pose, joint_transforms, skin
from lca.tracking.body_points import load_body_points
from lca.tracking.observe import Framing, Observations
from lca.tracking.solution import placed_body, solver_error
from lca.tracking.solve import solve

BOX = torch.tensor([[0.0, 0.0, 100.0, 100.0]])
SIZE = torch.tensor([[100.0, 100.0]])


def solved(acted, template, **told):
    solution = solve(acted.observations, template, **(told or {"stature": acted.stature}))
    return solution, solver_error(solution, acted.truth, template)


def test_exact_points_give_back_pose_shape_and_place(act, template):
    acted = act()
    solution, error = solved(acted, template)
    assert error.mean.max() < 0.7 and error.centimetres.max() < 1.5
    assert solution.confidence == ("good",) * 4 and solution.solved == (True,) * 4
    assert abs(float(template.stature(solution.betas)) - acted.stature) < 1e-3
    assert (solution.betas - acted.truth.betas)[:3].abs().max() < 0.35


def test_known_shape_is_kept(act, template):
    acted = act()
    solution, error = solved(acted, template, betas=acted.truth.betas)
    assert torch.equal(solution.betas, acted.truth.betas)
    assert error.mean.max() < 0.7


@pytest.mark.parametrize("trouble", [{"noise": 0.03}, {"noise": 0.01, "outliers": 0.2}], ids=["noise", "outliers"])
def test_noise_and_outliers_are_averaged_out(act, template, trouble):
    error = solved(act(**trouble), template)[1]
    assert error.mean.max() < 2.0 and error.joints.mean() < 1.5


def test_depths_of_pixels_mend_what_a_picture_cannot_show(act, template):
    acted = act(noise=0.03)
    observations = acted.observations
    deep = []
    for k, sight in enumerate(observations.sights):
        points, joints = placed_body(template, acted.truth.betas, acted.truth.theta[k], acted.truth.translation[k])
        behind = (points[::2, 2] - joints[0, 2]).float()
        deep.append(replace(sight, depth=behind, depth_error=torch.full_like(behind, 0.01)))
    told = replace(acted, observations=replace(observations, sights=tuple(deep)))
    without, within = (solved(each, template)[1] for each in (acted, told))
    assert within.centimetres.mean() < 0.8 * without.centimetres.mean()
    assert within.mean.mean() < 1.1 * without.mean.mean()


@pytest.mark.parametrize("factor", [0.7, 1.5])
def test_a_wrong_focal_length_costs_depth_and_not_the_picture(act, template, factor):
    acted = act(told_focal=factor)
    solution, error = solved(acted, template)
    assert error.mean.max() < 2.0 and solution.residual.max() < 2.0
    ratio = solution.translation[:, 2] / acted.truth.translation[:, 2]
    assert (ratio / factor - 1).abs().max() < 0.15


@pytest.mark.parametrize("photos", [1, 16])
def test_one_photo_and_sixteen(act, template, photos):
    solution, error = solved(act(photos, noise=0.01), template)
    assert len(solution) == photos and error.mean.max() < 1.5


def test_the_same_every_time(act, template):
    first, second = (solved(act(2, noise=0.02), template)[0] for _ in range(2))
    assert torch.equal(first.theta, second.theta) and torch.equal(first.betas, second.betas)


def landmarks_of(truth, photo):
    """Where the 33 landmarks of a posed body are, in the world."""
    body, points, betas = load_body(), load_body_points(), truth.betas.double()
    joints = body.joint_template.double() + body.joint_shape_directions[..., : len(betas)].double() @ betas
    pose, place = full_pose(truth.theta[photo].double()), truth.translation[photo].double()
    held = joint_transforms(pose, joints, body.parents, place)[torch.from_numpy(points.joints)]
    rest = joints[torch.from_numpy(points.joints)] + torch.from_numpy(points.offsets)
    return skin(rest, held[:, :3])


def test_landmarks_place_what_no_pixel_shows(act, template):
    acted = act(2)
    arm = {16, 18, 20, *range(25, 40)}
    bare, joints = [], []
    for k, sight in enumerate(acted.observations.sights):
        held = template.skin_indices[::2, 0]
        keep = torch.tensor([int(joint) not in arm for joint in held])
        fewer = {name: getattr(sight, name)[keep] for name in ("pixels", "canonical", "error", "share")}
        bare.append(replace(sight, **fewer))
        truth = acted.truth
        places = landmarks_of(truth, k)
        image = places @ truth.camera.intrinsics[k].double().T
        joints.append((image[:, :2] / image[:, 2:]).float())
    hidden = replace(acted.observations, sights=tuple(bare))
    shown = replace(hidden, landmarks=torch.stack(joints), visibility=torch.ones(2, 33))
    errors = [
        solver_error(solve(each, template, acted.stature), acted.truth, template).joints.mean()
        for each in (hidden, shown)
    ]
    assert errors[1] < 0.5 * errors[0]


def test_landmarks_are_believed_when_they_are_told_to_be(act, template):
    """The dense head takes the back of one photo for the front, all over and without doubt; the landmarks do not."""
    acted = act(2)
    truth, turned = acted.truth, torch.tensor([-1.0, 1.0, -1.0])
    first, second = acted.observations.sights
    pelvis = load_body().joint_template[0]
    wrong = replace(second, canonical=(second.canonical - pelvis) * turned + pelvis)
    places = [landmarks_of(truth, k) for k in range(2)]
    images = [place @ truth.camera.intrinsics[k].double().T for k, place in enumerate(places)]
    observations = replace(
        acted.observations,
        sights=(first, wrong),
        landmarks=torch.stack([(image[:, :2] / image[:, 2:]).float() for image in images]),
        visibility=torch.ones(2, 33),
        world=torch.stack([(place - place[23:25].mean(0)).float() for place in places]),
    )
    doubted = solve(observations, template, acted.stature)
    assert doubted.disputed == (1,) and doubted.confidence[1].startswith("fair")
    assert solver_error(doubted, truth, template).mean[1] > 20.0
    believed = solve(observations, template, acted.stature, believe_landmarks=doubted.disputed)
    assert believed.disputed == () and "landmarks are believed" in believed.confidence[1]
    assert solver_error(believed, truth, template).mean[1] < 6.0


def test_a_photo_of_nonsense_is_named_and_does_not_spoil_the_others(act, template):
    acted = act(3)
    first, *others = acted.observations.sights
    generator = torch.Generator().manual_seed(0)
    nonsense = replace(first, pixels=500 * torch.rand(first.pixels.shape, generator=generator))
    empty = replace(others[0], **{n: getattr(others[0], n)[:5] for n in ("pixels", "canonical", "error", "share")})
    observations = replace(acted.observations, sights=(nonsense, empty, others[1]))
    solution = solve(observations, template, acted.stature)
    assert solution.solved == (False, False, True)
    assert "no pose fits" in solution.confidence[0] and "hardly a pixel" in solution.confidence[1]
    assert solver_error(solution, acted.truth, template).mean[2] < 2.0
    assert solution.theta.isfinite().all() and solution.translation.isfinite().all()


def test_the_first_guess_is_the_shape_when_nothing_can_be_solved(act, template):
    acted = act(1)
    sight = replace(acted.observations.sights[0], canonical=acted.observations.sights[0].canonical * torch.nan)
    guess = torch.linspace(-1, 1, 100)
    solution = solve(replace(acted.observations, sights=(sight,), betas=guess), template)
    assert not solution.solved[0]
    torch.testing.assert_close(solution.betas[:24], guess[:24])


def test_what_a_face_tracker_saw_is_handed_on(act, template):
    acted = act(1)
    actions, psi = torch.rand(1, 52), torch.rand(1, 4)
    solution = solve(replace(acted.observations, actions=actions, psi=psi), template)
    assert torch.equal(solution.actions, actions) and torch.equal(solution.psi, psi)
    assert not solve(acted.observations, template).actions.any()
    assert (solution.camera(0).width, solution.camera(0).height) == (512, 512)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"stature": 174.0}, "stature of 0.5 to 2.5 metres"),
        ({"betas": torch.full((100,), torch.nan)}, "finite shape coefficients"),
        ({"betas": torch.zeros(3)}, "24 to 100"),
    ],
)
def test_bad_wishes(act, template, told, words):
    with pytest.raises(UserError, match=words):
        solve(act(1).observations, template, **told)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: Framing(BOX * torch.nan, BOX, SIZE), "finite body_box"),
        (lambda: Framing(BOX.flip(-1), BOX, SIZE), "with an area"),
        (lambda: Framing(BOX, BOX, SIZE, torch.tensor([-1.0])), "focal lengths"),
        (lambda: Observations((), Framing(BOX, BOX, SIZE), torch.zeros(100)), "1 to 16 photos"),
    ],
)
def test_bad_framing(change, words):
    with pytest.raises(UserError, match=words):
        change()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"landmarks": torch.zeros(1, 33, 2)}, "both or neither"),
        ({"psi": torch.zeros(2, 4)}, "psi of 1 photos, got 2"),
        ({"landmarks": torch.full((1, 33, 2), torch.nan), "visibility": torch.zeros(1, 33)}, "finite landmarks"),
    ],
)
def test_bad_observations(act, change, words):
    with pytest.raises(UserError, match=words):
        replace(act(1).observations, **change)
