"""`lca demo`: all results appear; with the shipped example they are measured, with own photos they are not."""

import json

import pytest
import torch
from PIL import Image

from lca.commands import demo
from lca.data.example import load_example
from lca.model.avatar import Avatar

FILES = ["contact_sheet.png", "person.avatar", "person.mp4", "person.ply", "report.json"]


@pytest.fixture
def short_film(monkeypatch):
    """One frame of each motion, small."""
    monkeypatch.setattr(demo, "MOTIONS", [(name, 0.25) for name, _ in demo.MOTIONS])
    monkeypatch.setattr(demo, "SIZE", 64)
    monkeypatch.setattr(demo, "FPS", 8.0)


def test_own_photos(tmp_path, photos, checkpoint, lca, short_film):
    out = tmp_path / "out"
    code, text, error = lca("demo", "--photos", photos, "--out", out, "--checkpoint", checkpoint)
    assert code == 0, error
    assert sorted(file.name for file in out.iterdir()) == FILES
    report = json.loads((out / "report.json").read_text())
    assert (report["photos"], report["gaussians"]) == (2, 384)
    assert report["create_seconds"] > 0 and report["drive_fps"] > 0 and "psnr_fg" not in report
    assert json.dumps(report, indent=2) in text
    with Image.open(out / "contact_sheet.png") as sheet:
        assert min(sheet.size) > 1000


def test_own_photos_missing(tmp_path, checkpoint, lca):
    code, _, error = lca("demo", "--photos", tmp_path / "none", "--out", tmp_path / "out", "--checkpoint", checkpoint)
    assert code == 2 and "no such file" in error and not (tmp_path / "out").exists()


def test_truth_scores_best_against_itself(monkeypatch):
    example = load_example()

    class Rendered:
        def __init__(self, image):
            self.image = image

    def shows(change):
        pictures = iter(example.image)
        monkeypatch.setattr("lca.lab.playing.drive", lambda *_: range(len(example.image)))
        monkeypatch.setattr("lca.render.render", lambda *_: Rendered(change(next(pictures))))
        return demo.compare(object.__new__(Avatar), example)[0]

    exact, brighter = shows(lambda x: x), shows(lambda x: (x + 0.1).clamp(0, 1))
    assert exact["psnr_fg"] > 70 and exact["ssim_fg"] == pytest.approx(1, abs=1e-4) and exact["l1_fg"] == 0
    assert brighter["psnr_fg"] == pytest.approx(20, abs=0.7) and brighter["l1_fg"] == pytest.approx(0.1, abs=0.01)
    assert torch.equal(example.image, load_example().image)
