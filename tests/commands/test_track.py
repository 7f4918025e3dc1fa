"""`lca world film`, `lca track`, and a film as somebody's motion; the networks that find people run for real."""

import csv
import os
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lca.commands import motion_option, track
from lca.formats.film_facts import film_facts
from lca.formats.motion import read_motion
from lca.formats.network_files import HOW, missing_networks
from lca.formats.video import write_video
from lca.motion.posed import joints
from lca.tracking.film import follow
from lca.tracking.film.film_error import FilmTruth, films_in
from lca.world.folders.films import Films, film_people

FRAMES, FPS = 6, 30.0


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A fifth of a second of somebody who walks."""
    if missing_networks():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs the networks: {HOW}")
    folder = tmp_path_factory.mktemp("films")
    return film_people(Films(1, 3, ("walk",), FRAMES / FPS, FPS, 256), folder)[0]


@pytest.fixture(scope="module")
def nobody(tmp_path_factory):
    """A film of a wall."""
    path = tmp_path_factory.mktemp("walls") / "wall.mp4"
    write_video(path, (torch.full((3, 128, 128), 0.3 + 0.01 * k) for k in range(6)), 12.0)
    return path


def test_films_have_their_truth_beside_them(film):
    assert films_in(film.parent) == [(film, film.with_suffix(".npz"))]
    assert film_facts(film).fps == FPS
    truth = FilmTruth.read(film.with_suffix(".npz"))
    assert len(truth.motion) == FRAMES and truth.camera.width == 256
    pixels = truth.camera.project(joints(truth.betas, truth.motion.theta, truth.motion.translation))[..., :2]
    assert ((pixels > 0) & (pixels < 256)).all()
    before = film.stat().st_mtime_ns
    assert film_people(Films(1, 3, ("walk",), FRAMES / FPS, FPS, 256), film.parent) == [film]
    assert film.stat().st_mtime_ns == before  # what is there stays


def test_a_person_of_a_film_becomes_files_that_others_read(film, lca, tmp_path):
    out, over = tmp_path / "got.npz", tmp_path / "over.mp4"
    code, said, error = lca("track", film, "--out", out, "--overlay", over, "--stature", "1.7")
    assert code == 0, error
    assert f"{FRAMES} frames at 30 fps" in said
    body, face, bones = (read_motion(out.with_suffix(suffix)) for suffix in (".npz", ".csv", ".bvh"))
    assert {len(file.motion) for file in (body, face, bones)} == {FRAMES} and body.motion.fps == FPS
    assert "face" in body.carried and "gaze" in face.carried and "left hand" in bones.carried
    with np.load(out, allow_pickle=False) as amass:
        assert amass["poses"].shape == (FRAMES, 165) and float(amass["mocap_frame_rate"]) == FPS
    with out.with_suffix(".csv").open() as file:
        assert len(list(csv.DictReader(file))) == FRAMES
    found = joints(torch.zeros(100), body.motion.theta, body.motion.translation)
    assert (found[:, 15, 1] > found[:, 0, 1] + 0.4).all() and found[:, [10, 11], 1].min() < -0.9  # stands on the floor
    assert film_facts(over).fps == FPS


def test_every_film_is_followed_at_a_rate_that_files_may_have(tmp_path):
    for fps, rate in ((0.5, 1.0), (12.0, 12.0), (90.0, 60.0)):
        write_video(tmp_path / "a.mp4", torch.zeros(3, 3, 32, 32), fps)
        assert follow.rate_of(tmp_path / "a.mp4") == rate


def test_evaluation_of_films_reports_the_errors(film, lca, tmp_path):
    code, said, _ = lca("evaluate", "--data", film.parent, "--out", tmp_path)
    report = (tmp_path / "report.json").read_text()
    assert code == 0 and report.strip() == said.strip()
    for words in ('"people": 1', '"told"', '"alone"', '"guessed"', '"tremble"'):
        assert words in report


def test_a_film_moves_an_avatar(film, avatar, lca, tmp_path, monkeypatch):
    out, truth = tmp_path / "moved.gif", FilmTruth.read(film.with_suffix(".npz"))
    told = SimpleNamespace(confidence=("good",) * 2 + ("failed: the person is not seen",) * (FRAMES - 2))
    monkeypatch.setattr(follow, "follow", lambda *_: SimpleNamespace(motion=truth.motion, solution=told))
    code, said, error = lca("animate", avatar, "--motion", film, "--out", out, "--size", "64", "--fps", "15")
    assert code == 0, error
    assert "a film, followed" in said and "0.1 to 0.2 s: failed: the person is not seen" in said and out.exists()
    code, _, error = lca("animate", avatar, "--motion", film, "--out", out, "--up", "y")
    assert code == 2 and "expected a film alone" in error


def test_outputs_are_refused_before_anybody_is_looked_for(nobody, avatar, lca, tmp_path, monkeypatch):
    for module in (track, motion_option):
        monkeypatch.setattr(module, "tracked" if module is track else "followed_file", lambda *_: pytest.fail("looked"))
    for name in ("body.npz", "face.csv", "over.mp4"):
        (tmp_path / name).mkdir()
    (tmp_path / "take.csv").write_text("a face of somebody's own")
    quick = tmp_path / "quick.mp4"
    write_video(quick, torch.zeros(2, 3, 32, 32), 90.0)
    out, film = tmp_path / "new" / "got.npz", ["animate", avatar, "--motion", nobody, "--out"]
    for words, why in (
        (["track", nobody, "--out", tmp_path / "body.npz"], "got a folder"),
        (["track", nobody, "--out", tmp_path / "face.npz"], "got a folder: .*face.csv"),
        (["track", nobody, "--out", tmp_path / "take.npz"], "new name for take.csv beside .*take.npz"),
        (["track", nobody, "--out", nobody / "got.npz"], "Not a directory"),
        (["track", quick, "--out", out, "--overlay", tmp_path / "over.gif"], "at most 50 frames per second, got 60"),
        (["track", nobody, "--out", out, "--overlay", tmp_path / "over.mp4"], "which is a folder"),
        (["track", nobody, "--out", out, "--overlay", tmp_path / "over.avi"], "ending in .mp4"),
        (["track", nobody, "--out", out, "--overlay", nobody], "the one that is read"),
        ([*film, nobody], "the one that is read"),
        ([*film, out.with_suffix(".mp4"), "--seconds", "0"], "at least one frame"),
        ([*film, tmp_path / "over.mp4"], "which is a folder"),
        (["player", avatar, "--out", nobody / "page.html"], "Not a directory"),
        (["export", avatar, "--out", nobody / "a.ply"], "Not a directory"),
        (["create", tmp_path, "--out", nobody / "a.avatar"], "Not a directory"),
        (["world", "film", "walk", "--out", nobody], "Not a directory"),
        (["evaluate", "--data", tmp_path, "--out", nobody], "Not a directory"),
        (["demo", "--out", nobody], "Not a directory"),
    ):
        code, _, error = lca(*words)
        assert code == 2 and re.search(why, error) and error.count("\n") == 1, error
    assert not out.parent.exists()


def test_bad_films_are_one_line(nobody, lca, tmp_path):
    out, cut = tmp_path / "got.npz", tmp_path / "cut.mp4"
    cut.write_bytes(nobody.read_bytes()[:200])
    cases = {
        (tmp_path / "none.mp4",): "got no such file",
        (cut,): "expected a film that ffmpeg can read",
        (nobody, "--stature", "17"): "--stature",
        (nobody, "--focal", "0"): "--focal",
    }
    if not missing_networks():
        cases[(nobody,)] = "got nobody in"
    for words, why in cases.items():
        code, _, error = lca("track", *words, "--out", out)
        assert code == 2 and why in error and error.strip().count("\n") <= 1 and not out.exists(), error
    code, _, error = lca("track", nobody, "--out", tmp_path / "motion.bvh")
    assert code == 2 and "ending in .npz" in error
    code, _, error = lca("world", "film", "fly", "--out", tmp_path)
    assert code == 2 and "expected acts among" in error
