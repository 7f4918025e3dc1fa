"""From the example's photographs to a refined avatar: poses are found, photos come closer, and every drive still works."""

from dataclasses import replace

import pytest
import torch

from lca.data.example import load_example
from lca.errors import UserError
from lca.formats.photos import read_pictures
from lca.geometry.body_file import load_body
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.lab.from_photographs import refine_and_watch
from lca.lab.likeness_sheet import likeness_sheet, photo_lines
from lca.matting.cutout import crops_of, find_person
from lca.matting.network import load_matting
from lca.model.checkpoint import load_model
from lca.render import render
from lca.tracking.face_landmarks import TOLD
from lca.tracking.hanging import SHARES
from lca.tracking.likeness import Enough, Watcher, draft, likeness, refine_on_photos
from lca.tracking.witness import PhotoSet, believable, settled, signals_of
from lca.tracking.words import NO_POSE, found_lines, pose_lines
from lca.training.losses import psnr
from lca.training.refine import RefineConfig


@pytest.fixture(scope="module")
def found():
    """Two photos of the example, the people in them, the model and its draft."""
    model, pictures = load_model(), read_pictures(load_example().photos[:2])
    people = [find_person(picture, load_matting()) for picture in pictures]
    return model, pictures, people, draft(model, pictures, people, stature=1.7)


@pytest.fixture(scope="module")
def refined(found):
    return likeness(found[0], found[3], config=RefineConfig(align=6, steps=12))


def likeness_of(avatar, view, signals):
    """Foreground PSNR of the avatar in the photo's own pose."""
    with torch.no_grad():
        posed = avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation)
        shown = render(posed, view.body.camera, torch.ones(3)).image
    truth = view.body.image * view.body.mask + 1 - view.body.mask
    return float(psnr(shown[None], truth[None], view.body.mask[None]))


def test_every_photo_of_the_example_has_a_pose(found):
    start = found[3]
    assert start.used == (0, 1) and all(not words.startswith("failed") for words in start.solution.confidence)
    assert min(likeness_of(start.avatar, view, view.signals) for view in start.views) > 12.0


def test_heads_are_covered_to_be_seen_and_cracked_to_be_refined(found):
    model, _, _, start = found
    shown, plain, head = start.avatar.canonical, start.plain.canonical, model.template.head.bool()
    assert torch.equal(shown.means, plain.means) and torch.equal(shown.scales[~head], plain.scales[~head])
    assert (shown.scales[head] > plain.scales[head]).any(-1).float().mean() > 0.05


def test_only_actions_that_are_read_well_are_taken_out_of_a_face(found):
    _, _, _, start = found
    names, read = load_body().expression_names, torch.full((2, 52), 0.6)
    signals = signals_of(replace(start.solution, actions=read), start.avatar)
    taken = start.avatar.driver.read(signals.eps) - start.avatar.driver.read(start.avatar.eps_from_actions(0 * read))
    for name, strength in zip(names, taken[0], strict=True):
        assert float(strength) == pytest.approx(0.6 if name in TOLD else 0.0, abs=0.02), name


def test_photos_have_their_say_in_how_clothes_hang(found, monkeypatch):
    """The example's person wears shorts, of whom nothing is asked."""
    model, pictures, people, start = found
    assert "loose" not in start.avatar.metadata
    monkeypatch.setattr("lca.tracking.hanging.may_hang", lambda *_: True)
    asked = draft(model, pictures, people, stature=1.7)
    assert float(asked.avatar.metadata["loose"]) in SHARES


def test_the_notebook_ends_with_what_create_makes(found, refined):
    watched, strip = refine_and_watch(found[0], found[3], RefineConfig(align=6, steps=12), pictures=1, height=64)
    torch.testing.assert_close(watched.avatar.canonical.means, refined.avatar.canonical.means)
    assert len(watched.gate) == len(watched.avatar.canonical) and strip.height > 64
    assert watched.gate[-1] == 0 and watched.gate.max() > 0.9  # eyes come last


def test_the_picture_tells_whom_to_believe(found):
    """One solution has the person of the first photo turned about; the second photo's avatar says which."""
    model, pictures, people, start = found
    photos, right = PhotoSet(pictures, people, crops_of(pictures, people)), start.solution
    theta = right.theta.clone()
    about = axis_angle_to_matrix(theta[0, :3]) @ torch.diag(torch.tensor([-1.0, 1.0, -1.0]))
    theta[0, :3] = matrix_to_axis_angle(about)
    wrong, asked = replace(right, theta=theta), []

    def answers(dense, landmarks):
        def solved(believe_landmarks=()):
            asked.append(tuple(believe_landmarks))
            return landmarks if believe_landmarks else replace(dense, disputed=(0,))

        return solved

    assert settled(model, photos, answers(wrong, right)) is right
    assert settled(model, photos, answers(right, wrong)).disputed == (0,)
    assert asked == [(), (0,), (), (0,)]
    assert settled(model, photos, lambda: right) is right


@pytest.mark.parametrize(("landmarks", "believed"), [(0.9, set()), (0.8, {0})])
def test_landmarks_are_believed_where_they_look_plainly_better(found, monkeypatch, landmarks, believed):
    model, pictures, people, start = found
    dense = replace(start.solution, disputed=(0,))
    answers = iter((landmarks, 1.0))  # how unlike the photo the pose of landmarks is, then that of dense points
    monkeypatch.setattr("lca.tracking.witness.unlike", lambda avatar, view: next(answers))
    assert believable(model, PhotoSet(pictures, people, crops_of(pictures, people)), dense, start.solution) == believed


def test_the_photos_come_closer(found, refined):
    start = found[3]
    for k, view in enumerate(start.views):
        before = likeness_of(start.avatar, view, view.signals)
        assert likeness_of(refined.avatar, view, refined.signals[k]) > before + 1.0


def test_fingers_face_and_gaze_still_move_a_refined_avatar(refined):
    avatar, fingers = refined.avatar, torch.zeros(156)
    fingers[66:] = 0.4
    still = avatar.drive(torch.zeros(156)).means
    smile, gaze = torch.zeros(52), torch.tensor([0.4, 0.0, 0.4, 0.0])
    smile[24] = 1.0
    neutral = avatar.drive(torch.zeros(156), avatar.eps_from_actions(torch.zeros(52))).means
    for moved, reference in (
        (avatar.drive(fingers).means, still),
        (avatar.drive(torch.zeros(156), avatar.eps_from_actions(smile)).means, neutral),
        (avatar.drive(torch.zeros(156), psi=gaze).means, still),
    ):
        assert (moved - reference).norm(dim=-1).max() > 0.002


def test_the_sheet_has_a_line_for_each_photo(found, refined):
    _, pictures, people, _ = found
    sheet = likeness_sheet(pictures, people, refined, height=64)
    assert sheet.height == 3 * (64 + 18) + 2 * 6 and sheet.width > 300


def test_a_photo_without_a_pose_keeps_its_line(found, refined):
    _, pictures, people, start = found
    only_first = replace(refined, start=replace(start, views=start.views[:1], used=start.used[:1]))
    whole, first = (photo_lines(pictures, people, one, height=64) for one in (refined, only_first))
    assert len(first) == 2 and first[0].width == whole[0].width and first[1].width < whole[1].width


def test_one_call_is_draft_and_likeness(found):
    model, pictures, people, start = found
    drafts, steps = [], []

    def stepped(progress):
        steps.append(progress.step)
        if progress.step == 2:
            raise Enough

    done = refine_on_photos(model, pictures, people, 1.7, watcher=Watcher(drafts.append, stepped))
    assert drafts == [done.start] and steps == [1, 2]
    assert done.start.used == start.used and torch.equal(
        done.start.avatar.canonical.means, start.avatar.canonical.means
    )
    assert done.avatar.metadata["refined"] == "2" and torch.equal(done.avatar.rig.joints, start.avatar.rig.joints)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_no_time_is_no_refinement(found, seconds):
    with pytest.raises(UserError, match="expected seconds above 0"):
        refine_on_photos(*found[:3], seconds=seconds)


def test_words_on_photos(found):
    _, pictures, people, start = found
    pictures = [replace(pictures[0], notes=("black and white",)), pictures[1]]
    people = [replace(people[0], reasons=("blurred",), confidence=0.5), replace(people[1], reasons=())]
    assert found_lines(pictures, people) == [f"{pictures[0].name}: black and white; blurred (confidence 0.50)"]
    nobody = replace(start.solution, confidence=("good", "fair: cut off"))
    assert pose_lines(pictures, nobody) == [f"{pictures[1].name}: pose fair: cut off"]
    failed = replace(start.solution, confidence=("failed: too few points",) * 2)
    assert pose_lines(pictures, failed)[1:] == [f"{pictures[1].name}: pose failed: too few points", NO_POSE]
