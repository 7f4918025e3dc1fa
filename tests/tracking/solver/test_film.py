"""People followed through films of exact points: the shape is known, what each frame shows trembles."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import lca.tracking.film.windows as windows
from lca.errors import UserError
from lca.formats.picture_file import Picture
from lca.geometry.body_file import load_body
from lca.geometry.camera import orbit
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.motion.posed import joints
from lca.motion.sequences import sequence
from lca.tracking.film.film_error import FilmTruth, film_error
from lca.tracking.film.follow import Known, solved, without_flicker
from lca.tracking.film.smoothing import SmoothConfig
from lca.tracking.film.trial import ALONE
from lca.tracking.observe import Framing, Observations
from tests.tracking.solver.conftest import FOCAL, SIZE, seen

FPS, FRAMES = 30.0, 16
GONE = range(7, 10)
"""Frames that do not show the person."""
PITCH = 0.25


@pytest.fixture(scope="module")
def truth():
    """Somebody who walks, before a camera that looks down."""
    motion = sequence("walk", 3, FRAMES / FPS, FPS, torch.zeros(100), heading=0.3)
    camera = orbit(0.0, PITCH, 4.0, (0.0, -0.2, 0.0), size=SIZE)
    lens = torch.tensor([[FOCAL, 0.0, SIZE / 2], [0.0, FOCAL, SIZE / 2], [0.0, 0.0, 1.0]])
    return FilmTruth(motion, torch.zeros(100), type(camera)(camera.camera_from_world, lens, SIZE, SIZE))


@pytest.fixture(scope="module")
def frames(truth, template):
    """What each frame shows: canonical points that are 2 cm off, and 2 cm all together, another way in each frame."""
    rng, view, pelvis = np.random.default_rng(0), truth.camera.camera_from_world.double(), load_body().joint_template[0]
    box = torch.tensor([[0.0, 0.0, SIZE, SIZE]])
    framing = Framing(box, box, torch.full((1, 2), float(SIZE)), torch.tensor([FOCAL]))
    out = []
    for k in range(len(truth.motion)):
        theta = truth.motion.theta[k].double().clone()
        theta[:3] = matrix_to_axis_angle(view[:3, :3] @ axis_angle_to_matrix(theta[:3]))
        place = view[:3, :3] @ (pelvis + truth.motion.translation[k]).double() + view[:3, 3] - pelvis
        sight = seen(template, truth.betas, theta.float(), place.float(), rng, 0.02, 0.0)
        sight = replace(sight, canonical=sight.canonical + 0.02 * torch.from_numpy(rng.normal(size=3)).float())
        out.append(None if k in GONE else Observations((sight,), framing, truth.betas))
    return out


@pytest.fixture(scope="module")
def followed(frames, truth, template):
    return solved(frames, truth.betas, template, FPS)


def test_poses_are_found_and_tremble_less_than_photos_alone(frames, truth, template, followed):
    alone = film_error(solved(frames, truth.betas, template, FPS, ALONE)[1], truth)
    error = film_error(followed[1], truth)
    assert error["body"] < 3.0 and error["body"] < 1.02 * alone["body"]
    assert error["tremble"] < 0.5 * alone["tremble"]


def test_frames_without_the_person_follow_their_neighbours_and_say_so(followed, truth):
    motion, solution = followed
    assert [not solved for solved in solution.solved] == [k in GONE for k in range(FRAMES)]
    off = joints(solution.betas, solution.theta, solution.translation) - truth.joints()
    shown = [k for k in range(FRAMES) if k not in GONE]
    assert (off[list(GONE), 0] - off[shown, 0].mean(0)).norm(dim=-1).max() < 0.08
    assert motion.theta.isfinite().all() and len(motion) == FRAMES and motion.fps == FPS


def test_the_world_has_a_floor_and_the_camera_is_in_front(followed, truth):
    motion, _ = followed
    found = joints(truth.betas, motion.theta, motion.translation)
    true = joints(truth.betas, truth.motion.theta, truth.motion.translation)
    lean = torch.nn.functional.normalize((found[:, 12] - found[:, 0]).mean(0), dim=0)
    upright = torch.nn.functional.normalize((true[:, 12] - true[:, 0]).mean(0), dim=0)
    assert torch.rad2deg((lean @ upright).clamp(max=1).acos()) < 5.0
    assert (found[:, [10, 11], 1].amin(-1) - true[:, [10, 11], 1].amin(-1)).abs().max() < 0.05
    assert motion.translation[0, [0, 2]].abs().max() < 1e-5
    # the same way across the floor, seen from the camera's side: x to the right, z towards it
    assert (found[-1, 0] - found[0, 0] - (true[-1, 0] - true[0, 0])).norm() < 0.2


def test_windows_give_the_whole(frames, truth, template, followed, monkeypatch):
    monkeypatch.setattr(windows, "WINDOW", 11)
    monkeypatch.setattr(windows, "AHEAD", 4)
    motion, solution = solved(frames, truth.betas, template, FPS)
    assert len(motion) == FRAMES and solution.solved == followed[1].solved
    assert (motion.theta - followed[0].theta).abs().mean() < 0.01


def test_a_film_that_begins_without_the_person_begins_with_their_first_pose(frames, truth, template):
    _, solution = solved([None, None, *frames[:4]], truth.betas, template, FPS, SmoothConfig(steps=1))
    assert solution.confidence[:2] == ("failed: the person is not seen",) * 2 and len(solution) == 6
    assert torch.equal(solution.theta[0], solution.theta[2])


def test_nobody_is_one_line(truth, template):
    with pytest.raises(UserError, match="expected a film of a person"):
        solved([None] * 5, truth.betas, template, FPS)


def test_a_face_that_turns_away_looks_no_farther_than_it_did():
    gaze = torch.linspace(0, 0.4, 20)[:, None].repeat(1, 4)
    gaze[12:] = torch.nan
    even = without_flicker(gaze, FPS)
    assert even.isfinite().all() and even.max() <= gaze[11].max() and (even[:12] - gaze[:12]).abs().max() < 0.02
    assert not without_flicker(torch.full((4, 4), torch.nan), FPS).any()


def test_a_focal_length_is_told_as_photographers_do():
    picture = Picture("a frame", torch.zeros(3, 240, 360), None)
    assert Known().told(picture) is picture
    assert Known(focal=36.0).told(picture).focal == pytest.approx(360.0)
