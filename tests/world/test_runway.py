"""Cloth over a motion, and the stage that shows it."""

import functools
import json

import numpy as np
import pytest
import torch

from lca.__main__ import main
from lca.data import Capture, Circumstances, Cloth, Surface, load_world
from lca.errors import UserError
from lca.formats.captures import PICTURES
from lca.formats.rows import Rows
from lca.formats.shards import table_of
from lca.geometry.motion import Motion
from lca.motion.joints import arm, theta_of
from lca.motion.sequences import SEQUENCES
from lca.world.body.figure import Figure
from lca.world.cloth.drape import LEAD, Wearer, leading
from lca.world.cloth.loose import COLUMNS, VERTICES, LooseCut, tailored
from lca.world.cloth.mannequin import skinned, transforms_of
from lca.world.cloth.penetration import penetration
from lca.world.folders.drape_check import LEAST_INSIDE, MOTIONS, Verdict, verdicts
from lca.world.folders.verify import row_faults
from lca.world.person.people import Person
from lca.world.stages.capture import capture
from lca.world.stages.runway import CAMERAS, TIMES
from lca.world.stages.walker import walker
from tests.world.captures import built

BETAS = torch.zeros(100)
FIGURE = Figure(np.zeros(100, np.float32))


@pytest.fixture(scope="module")
def wearer() -> Wearer:
    return Wearer(FIGURE, tailored(FIGURE, LooseCut("skirt", 0.6, 3.0, 1.0, 9, 1.0, 2e-4)), -1.0)


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
    motion = MOTIONS["catwalk"](np.random.default_rng(3), 40, BETAS)
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
    motion = MOTIONS["walk"](np.random.default_rng(0), 20, BETAS)
    lead = leading(motion)
    assert torch.equal(lead.theta[0, :3], motion.theta[0, :3]) and (lead.theta[0, 3:] == 0).all()
    assert torch.equal(lead.theta[LEAD], motion.theta[0]) and torch.equal(lead.theta[-1], motion.theta[0])


def test_the_walker_stands_on_its_feet_and_gets_somewhere():
    motion = MOTIONS["catwalk"](np.random.default_rng(1), 102, BETAS)
    poses = transforms_of(FIGURE, motion)
    places = np.einsum("fjab,jb->fja", poses[..., :3, :3], FIGURE.joints) + poses[..., :3, 3]
    feet = places[:, [10, 11]]
    speed = np.linalg.norm(np.diff(feet, axis=0)[..., [0, 2]], axis=-1) * 30
    assert np.median(speed.min(1)) < 0.1, "one foot stands, or turns where it is"
    assert np.linalg.norm(np.ptp(motion.translation.numpy()[:, [0, 2]], axis=0)) > 0.8
    turn = np.abs(np.diff(np.unwrap(np.arctan2(poses[:, 0, 0, 2], poses[:, 0, 2, 2]))))
    assert 0.15 < turn.max() < 0.5, "radians a frame"


def test_nothing_is_nan_and_nothing_inside_even_when_people_tumble():
    verdict = verdicts(["tumble"], 2, 24, seed=4)["tumble"]
    assert verdict.vertices == 2 * 6 * VERTICES and verdict.not_finite == 0
    assert verdict.fit and verdict.stretch < 3


def test_the_check_covers_the_library_and_sums_up(capsys):
    assert set(SEQUENCES) | {"catwalk"} < set(MOTIONS)
    assert main(["world", "drape", "sit", "dance", "--sequences", "2", "--frames", "8", "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"sit", "dance", "all"} and told["all"]["vertices"] == 4 * VERTICES
    assert told["all"]["sequences"] == 2 and told["all"]["fit"] and told["all"]["share_inside"] < LEAST_INSIDE
    assert not Verdict(1, 1000, 0, 2, 1.0).fit and not Verdict(1, 1000, 1, 0, 1.0).fit
    assert main(["world", "drape", "jump"]) == 2
    assert "expected motions among" in capsys.readouterr().err


@functools.cache
def shown():
    """A row of the stage as `load_world` gives it."""
    row = capture("runway", 3, 0, 96)
    return row | {name: [{"bytes": picture, "path": None} for picture in row[name]] for name in PICTURES}


def test_the_stage_shows_the_simulated_cloth():
    row = shown()
    taken, cloth = Capture.read(row), Cloth.read(row, range(TIMES * CAMERAS))
    assert len(taken) == TIMES * CAMERAS == len(cloth.simulated)
    for frame in range(0, len(taken), CAMERAS + 1):
        pixels = taken.camera[frame].project(cloth.simulated[frame])[:, :2]
        box = taken.body_box[frame]
        assert (pixels > box[:2] - 1.5).all() and (pixels < box[2:] + 1.5).all()
        assert box.min() >= 0 and box.max() <= 96 and (box[2:] - box[:2]).max() > 75
    times = cloth.simulated.reshape(TIMES, CAMERAS, VERTICES, 3)
    assert (times == times[:, :1]).all() and (times[0] != times[1]).any(), "all cameras see one moment"
    apart = (cloth.simulated - cloth.skinned).norm(dim=-1)
    assert apart[:, :COLUMNS].max() < 1e-4 and apart[:, -COLUMNS:].mean() > 0.01, "held at the band, free at the hem"
    known = Circumstances.read(row, range(len(taken)))
    assert known.time[CAMERAS - 1] == 0 < known.time[CAMERAS] and known.camera_index[:CAMERAS].tolist() == [0, 1, 2, 3]
    assert taken.attributes["loose"] in ("skirt", "dress") and known.scene["motion"] in ("catwalk", *SEQUENCES)
    assert Surface.read(row, [0]).depth.max() > 3


def test_verify_looks_at_the_cloth():
    table = table_of(shown() | {name: [file["bytes"] for file in shown()[name]] for name in PICTURES})
    row = Rows(table)[0]
    assert list(row_faults(row, 96)) == []
    torn = row["cloth_simulated"].copy()
    torn[3, 7] = np.nan
    assert [fault for fault in row_faults(row | {"cloth_simulated": torn}, 96) if "cloth_simulated" in fault]
    short = list(row_faults(row | {"cloth_skinned": row["cloth_skinned"][:5]}, 96))
    assert short == ["expected cloth_skinned of shape (32, 2016, 3), got (5, 2016, 3)"]
    with pytest.raises(UserError, match="expected cloth_simulated from"):
        Cloth.read(row | {"cloth_simulated": torn}, [3])


def test_stages_without_loose_garments_say_so():
    row = load_world(built("wild"), "test")[0]
    assert len(row["cloth_simulated"]) == 0
    with pytest.raises(UserError, match="expected a loose garment in wild-000000, got none"):
        Cloth.read(row, [0])


def test_a_walker_keeps_the_person_and_changes_the_words():
    person = Person.sample(8)
    one, two = (walker(np.random.default_rng(2), person) for _ in range(2))
    assert one.cut == two.cut and one.attributes == two.attributes
    assert one.attributes["loose"] in ("skirt", "dress") and one.attributes["hair"] == person.attributes["hair"]
    np.testing.assert_array_equal(one.betas, person.betas)
