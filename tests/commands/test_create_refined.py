"""`lca create` refines by default: until it stops by itself, for some seconds, until Ctrl-C; it says how long each part took."""

import re
import signal

import pytest
from PIL import Image

from lca.model.avatar import Avatar
from lca.tracking import finder, likeness
from lca.training.refine import RefineConfig, refine


@pytest.fixture
def create(tmp_path, photos, checkpoint, lca, monkeypatch, solver_says):
    """Create with a tiny model and few steps -> (exit code, standard output, standard error); the avatar is `me.avatar`."""
    monkeypatch.setattr(likeness, "RefineConfig", lambda: RefineConfig(align=2, steps=6))
    solver_says("good")
    return lambda *options: lca("create", photos, "--out", tmp_path / "me.avatar", "--checkpoint", checkpoint, *options)


def test_refines_until_it_stops_by_itself_and_says_how_long(create, tmp_path):
    code, out, error = create("--report", tmp_path / "sheet.png")
    assert code == 0 and Avatar.load(tmp_path / "me.avatar").metadata["refined"] == "2"
    assert re.search(r"\d+ Gaussians from 2 photos: found [\d.]+ s, solved [\d.]+ s, refined [\d.]+ s\n", out)
    assert "8/8" in error, "a bar goes to the last step"
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.height > 3 * 220


def test_refine_0_is_the_feed_forward_avatar(create, tmp_path):
    code, out, _ = create("--refine", 0)
    assert code == 0 and "refined" not in Avatar.load(tmp_path / "me.avatar").metadata
    assert "reconstructed" in out and "solved" not in out


def test_the_time_may_be_bounded(create, tmp_path, monkeypatch):
    monkeypatch.setattr(likeness, "RefineConfig", lambda: RefineConfig(align=2, steps=100_000, patience=100_000))
    assert create("--refine", 0.3)[0] == 0
    assert "refined" in Avatar.load(tmp_path / "me.avatar").metadata


def test_ctrl_c_keeps_the_best_so_far_and_writes_avatar_and_report(create, tmp_path, monkeypatch):
    def interrupted(*arguments, on_progress):
        def step(progress):
            if progress.step == 4:
                signal.raise_signal(signal.SIGINT)
            on_progress(progress)

        return refine(*arguments, on_progress=step)

    monkeypatch.setattr(likeness, "refine", interrupted)
    before = signal.getsignal(signal.SIGINT)
    code, out, _ = create("--report", tmp_path / "sheet.png")
    assert code == 0 and "stopped after step 4 of 8: the best so far is kept" in out
    assert Avatar.load(tmp_path / "me.avatar").metadata["refined"] == "2" and (tmp_path / "sheet.png").is_file()
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_that_leaves_nothing(create, tmp_path, monkeypatch):
    monkeypatch.setattr(likeness, "solve", lambda *arguments: signal.raise_signal(signal.SIGINT))
    code, _, error = create("--report", tmp_path / "sheet.png")
    assert code == 130 and "interrupted" in error
    assert not (tmp_path / "me.avatar").exists() and not (tmp_path / "sheet.png").exists()


def test_our_own_matting_network_will_do(create, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(finder, "_unable", lambda: "no networks")
    assert create()[0] == 0 and "no networks" in caplog.text
    assert Avatar.load(tmp_path / "me.avatar").metadata["refined"] == "2"


def test_photos_without_a_pose_give_the_feed_forward_avatar_with_a_word(create, tmp_path, solver_says):
    solver_says("failed: too dark")
    code, out, _ = create("--report", tmp_path / "sheet.png")
    assert code == 0 and "0.png: pose failed: too dark\n" in out and "the avatar is not refined" in out
    assert "refined" not in Avatar.load(tmp_path / "me.avatar").metadata and (tmp_path / "sheet.png").is_file()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--refine", "-1"], "expected --refine from 0 to 3600, got -1"),
        (["--refine", "nan"], "expected --refine from 0 to 3600, got nan"),
        (["--refine", "0", "--report", "sheet.png"], "expected refinement beside --report, got --refine 0"),
        (["--report", "."], "expected a file name for the report, got a folder"),
    ],
)
def test_options_that_make_no_sense(create, tmp_path, options, message):
    code, out, error = create(*options)
    assert (code, out) == (2, "") and message in error and error.count("\n") == 1
    assert not (tmp_path / "me.avatar").exists()
