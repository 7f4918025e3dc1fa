"""What `lca demo` counts and shows of the example: the truth scores best against itself, and stands beside every avatar."""

import pytest
import torch
from PIL import Image

from lca.data.example import load_example
from lca.formats.photos import Photos
from lca.lab import demo_sheet
from lca.lab.demo_sheet import head_square, target_scores, truth_lines
from lca.model.avatar import Avatar
from lca.model.network import LCA
from tests.model.conftest import TINY


@pytest.fixture(scope="module")
def avatar():
    """An untrained one of the example's true shape."""
    torch.manual_seed(0)
    mask = torch.ones(1, 1, 256, 256)
    photos = Photos(torch.rand(1, 3, 256, 256), mask, torch.rand(1, 3, 128, 128), torch.ones(1, 1, 128, 128))
    return LCA(TINY).eval().reconstruct(photos, load_example().betas)


class Rendered:
    def __init__(self, image):
        self.image = image


def test_truth_scores_best_against_itself(monkeypatch):
    example = load_example()

    def shows(change):
        pictures = iter(example.image)
        monkeypatch.setattr(demo_sheet, "drive", lambda *_: range(len(example.image)))
        monkeypatch.setattr(demo_sheet, "render", lambda *_: Rendered(change(next(pictures))))
        return target_scores(object.__new__(Avatar), example)

    exact, brighter = shows(lambda x: x), shows(lambda x: (x + 0.1).clamp(0, 1))
    assert exact["psnr_fg"] > 70 and exact["ssim_fg"] == pytest.approx(1, abs=1e-4) and exact["l1_fg"] == 0
    assert brighter["psnr_fg"] == pytest.approx(20, abs=0.7) and brighter["l1_fg"] == pytest.approx(0.1, abs=0.01)
    assert torch.equal(example.image, load_example().image)


def test_every_target_stands_beside_every_avatar(avatar):
    example = load_example()
    lines = truth_lines({"feed-forward": avatar, "refined": avatar}, example)
    assert all(isinstance(line, Image.Image) for line in lines)
    assert [line.width for line in lines] == [6 * 224 + 5 * 6] * 2 + [12 * 144 + 11 * 6]


def test_heads_are_in_the_middle_of_their_squares(avatar):
    example = load_example()
    for place, mask in enumerate(example.mask):
        x0, y0, x1, y1 = head_square(avatar, example, place).tolist()
        rows = mask[0].nonzero()[:, 0]
        assert y0 < int(rows.min()) + 4 and y1 < rows.float().mean() and x1 - x0 == pytest.approx(y1 - y0)
        assert mask[0, round((y0 + y1) / 2), round((x0 + x1) / 2)] > 0.9
