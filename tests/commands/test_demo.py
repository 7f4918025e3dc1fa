"""`lca demo`: all results appear; with the shipped example they are measured, with own photos they are not."""

import json

import pytest
from PIL import Image

from lca.commands import demo
from lca.model.avatar import Avatar

FILES = ["contact_sheet.png", "person.avatar", "person.mp4", "person.ply", "report.json"]


@pytest.fixture
def short_film(monkeypatch):
    """One frame of each motion, small."""
    monkeypatch.setattr(demo, "MOTIONS", [(name, 0.25) for name, _ in demo.MOTIONS])
    monkeypatch.setattr(demo, "SIZE", 64)
    monkeypatch.setattr(demo, "FPS", 8.0)


def test_own_photos(tmp_path, photos, checkpoint, lca, short_film, solver_says):
    out = tmp_path / "out"
    solver_says("good")
    code, text, error = lca("demo", "--photos", photos, "--out", out, "--checkpoint", checkpoint, "--refine", 0.3)
    assert code == 0, error
    assert sorted(file.name for file in out.iterdir()) == FILES
    report = json.loads((out / "report.json").read_text())
    assert report["photos"] == 2 and report["gaussians"] >= 384
    assert report["create_seconds"] > 0 and report["drive_fps"] > 0 and "psnr_fg" not in report
    assert report["photos_psnr"] == report["refined"]["photos_psnr"] and set(report["feed_forward"]) == {"photos_psnr"}
    assert set(report["seconds"]) == {"found", "feed_forward", "solved", "refined", "film", "sheet"}
    assert json.dumps(report, indent=2) in text
    assert Avatar.load(out / "person.avatar").metadata["refined"] == "2"
    with Image.open(out / "contact_sheet.png") as sheet:
        assert min(sheet.size) > 1000


def test_own_photos_feed_forward(tmp_path, photos, checkpoint, lca, short_film):
    out = tmp_path / "out"
    assert lca("demo", "--photos", photos, "--out", out, "--checkpoint", checkpoint, "--refine", 0)[0] == 0
    report = json.loads((out / "report.json").read_text())
    assert report["feed_forward"] == {} and "refined" not in report and "solved" not in report["seconds"]
    assert "refined" not in Avatar.load(out / "person.avatar").metadata


def test_own_photos_missing(tmp_path, checkpoint, lca):
    code, _, error = lca("demo", "--photos", tmp_path / "none", "--out", tmp_path / "out", "--checkpoint", checkpoint)
    assert code == 2 and "no such file" in error and not (tmp_path / "out").exists()
