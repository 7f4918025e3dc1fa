"""Cloth over a motion, and the stage that shows it."""

import numpy as np
import pytest
import torch

from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.world.catwalk import catwalk
from lca.world.drape import LEAD, Wearer, leading
from lca.world.drape_check import check, penetration, walk
from lca.world.figure import Figure
from lca.world.joints import arm, theta_of
from lca.world.loose import COLUMNS, VERTICES, Cut, tailored
from lca.world.mannequin import skinned, transforms_of
from lca.world.people import Person
from lca.world.runway import CAMERAS, TIMES, runway, walker

BETAS = torch.zeros(100)
FIGURE = Figure(np.zeros(100, np.float32))


@pytest.fixture(scope="module")
def wearer() -> Wearer:
    return Wearer(FIGURE, tailored(FIGURE, Cut("skirt", 0.6, 3.0, 1.0, 9, 1.0, 2e-4)), -1.0)


def turning(rate: float, frames: int) -> Motion:
    """Turning on the spot with the arms out, faster and faster up to `rate` (rad/s)."""
    yaw = np.cumsum(np.minimum(np.arange(frames) / 10, 1)) * rate / 30
    theta = theta_of(frames, arm("left", 0.3), arm("right", 0.3), root=np.stack([0 * yaw, yaw, 0 * yaw], 1))
    return Motion(
        torch.from_numpy(theta), torch.zeros(frames, 3), torch.zeros(frames, 52), torch.zeros(frames, 4), 30.0
    )


def test_a_fast_turn_flares_the_skirt_and_no_turn_does_not(wearer):
    hems = []
    for rate in (0.0, 7.0):
        cloth = wearer.drape(turning(rate, 36)).simulated
        hems.append(np.hypot(cloth[:, -COLUMNS:, 0], cloth[:, -COLUMNS:, 2]).mean(1))
    still, fast = hems
    assert np.ptp(still) < 0.02
    assert fast[0] == pytest.approx(still[0], abs=0.01) and fast.max() > still.max() + 0.06


def test_the_twin_is_the_resting_garment_skinned(wearer):
    motion = walk(np.random.default_rng(3), 40, BETAS)
    draped = wearer.drape(motion)
    pose = transforms_of(FIGURE, motion)[-1]
    np.testing.assert_allclose(draped.skinned[-1], skinned(wearer.garment.weights, wearer.rest, pose), atol=1e-6)
    band = draped.simulated[:, :COLUMNS] - draped.skinned[:, :COLUMNS]
    assert np.abs(band).max() < 1e-5, "both hang from the same band"
    assert np.linalg.norm(draped.simulated - draped.skinned, axis=-1).mean() > 0.01
    assert penetration(wearer, motion, draped).max() < 0.001
    again = wearer.drape(motion)
    np.testing.assert_array_equal(again.simulated, draped.simulated)


def test_the_lead_goes_from_the_t_pose_into_the_first_frame():
    motion = walk(np.random.default_rng(0), 20, BETAS)
    lead = leading(motion)
    assert torch.equal(lead.theta[0, :3], motion.theta[0, :3]) and (lead.theta[0, 3:] == 0).all()
    assert torch.equal(lead.theta[LEAD], motion.theta[0]) and torch.equal(lead.theta[-1], motion.theta[0])


def test_the_walker_stands_on_its_feet_and_gets_somewhere():
    motion = catwalk(np.random.default_rng(1), 3.4, 30.0, BETAS)
    poses = transforms_of(FIGURE, motion)
    places = np.einsum("fjab,jb->fja", poses[..., :3, :3], FIGURE.joints) + poses[..., :3, 3]
    feet = places[:, [10, 11]]
    speed = np.linalg.norm(np.diff(feet, axis=0)[..., [0, 2]], axis=-1) * 30
    assert np.median(speed.min(1)) < 0.1, "one foot stands, or turns where it is"
    assert np.linalg.norm(np.ptp(motion.translation.numpy()[:, [0, 2]], axis=0)) > 0.8
    turn = np.abs(np.diff(np.unwrap(np.arctan2(poses[:, 0, 0, 2], poses[:, 0, 2, 2]))))
    assert 0.15 < turn.max() < 0.5, "radians a frame"


def test_nothing_is_nan_and_nothing_inside_even_when_people_tumble():
    verdict = check(2, 24, seed=4)
    assert verdict.vertices == 2 * 6 * VERTICES and verdict.not_finite == 0
    assert verdict.share_inside < 0.001 and verdict.stretch < 3


def test_the_stage_shows_the_simulated_cloth():
    frames, tracked = runway(np.random.default_rng(5), Person.sample(5), 96)
    assert len(frames) == TIMES * CAMERAS == len(tracked.theta)
    for taken in frames[:: CAMERAS + 1]:
        camera = Camera(torch.from_numpy(taken["camera_from_world"]), torch.from_numpy(taken["intrinsics"]), 96, 96)
        pixels = camera.project(torch.from_numpy(taken["cloth_simulated"]))[:, :2].numpy()
        x0, y0, x1, y1 = taken["body_box"]
        assert (pixels > [x0 - 1.5, y0 - 1.5]).all() and (pixels < [x1 + 1.5, y1 + 1.5]).all()
        assert 0 <= x0 < x1 <= 96 and max(x1 - x0, y1 - y0) > 75
    one, other = frames[0]["cloth_simulated"], frames[CAMERAS - 1]["cloth_simulated"]
    assert one.shape == (VERTICES, 3) and np.array_equal(one, other), "all cameras see one moment"


def test_a_walker_keeps_the_person_and_changes_the_words():
    person = Person.sample(8)
    one, two = (walker(np.random.default_rng(2), person) for _ in range(2))
    assert one.cut == two.cut and one.attributes == two.attributes
    assert one.attributes["loose"] in ("skirt", "dress") and one.attributes["hair"] == person.attributes["hair"]
    np.testing.assert_array_equal(one.betas, person.betas)
