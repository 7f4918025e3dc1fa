"""Pictures for notebooks: sizes, colours and what a viewer must be able to tell apart."""

import numpy as np
import pytest
import torch
from PIL import Image

from lca.geometry.camera import orbit
from lca.lab import figures


def test_captions_of_a_wide_row_are_as_large_as_on_a_page_when_it_is_shrunk_to_one():
    small, wide = (figures.row([torch.ones(3, 64, 64)] * 6, ["a"] * 6, height) for height in (100, 300))
    assert small.height - 100 == figures.CAPTION
    assert (wide.height - 300) / wide.width == pytest.approx(figures.CAPTION / figures.PAGE, rel=0.05)


def test_row_and_column_have_the_size_of_their_parts():
    narrow, wide = torch.zeros(3, 32, 16), torch.ones(1, 32, 64)
    line = figures.row([narrow, wide], ["a"], height=32)
    assert line.size == (16 + figures.GAP + 64, 32 + figures.CAPTION)
    assert figures.row([narrow], height=64).size == (32, 64)
    assert figures.column([line, line]).size == (line.width, 2 * line.height + figures.GAP)
    assert line.getpixel((0, 0)) == (0, 0, 0) and line.getpixel((80, 0)) == (255, 255, 255)


def test_pca_colors_show_the_axis_of_most_variance_first():
    features = torch.randn(500, 8) * torch.tensor([0.1, 5.0, 0.1, 2.0, 1.0, 0.1, 0.1, 0.1])
    colors = figures.pca_colors(features)
    assert abs(np.corrcoef(colors[:, 0], features[:, 1])[0, 1]) > 0.95
    assert abs(np.corrcoef(colors[:, 1], features[:, 3])[0, 1]) > 0.95
    assert colors.min() == 0 and colors.max() == 1


def test_pca_colors_do_not_depend_on_what_has_no_weight():
    features, weights = torch.randn(2, 50, 6), torch.ones(2, 50)
    weights[:, 40:] = 0
    changed = torch.where(weights[..., None] > 0, features, 100.0)
    shown = weights > 0
    torch.testing.assert_close(
        figures.pca_colors(features, weights)[shown], figures.pca_colors(changed, weights)[shown]
    )


def test_token_pictures_put_the_first_token_top_left_and_grey_out_the_background():
    tokens, foreground = torch.randn(1, 16, 5), torch.ones(1, 16)
    foreground[0, 3] = 0
    (picture,) = figures.token_pictures(tokens, foreground, size=40)
    pixels = np.asarray(picture)
    assert picture.size == (40, 40)
    assert (pixels[:10, 30:] == round(0.9 * 255)).all()
    first = (figures.pca_colors(tokens, foreground)[0, 0] * 255).round().numpy()
    assert (pixels[5, 5] == first).all()


def test_dots_appear_where_the_camera_sees_them():
    camera = orbit(0.0, size=64)
    point = torch.tensor([[0.3, 0.2, 0.0]])
    x, y, _ = camera.project(point)[0].tolist()
    pixels = np.asarray(figures.dots(point, torch.tensor([[1.0, 0.0, 0.0]]), camera, radius=0.05)).astype(int)
    red = pixels[..., 0] - pixels[..., 1]
    rows, columns = np.indices(red.shape) + 0.5
    assert (red * rows).sum() / red.sum() == pytest.approx(y, abs=0.3)
    assert (red * columns).sum() / red.sum() == pytest.approx(x, abs=0.3)
    assert (pixels[0, 0] == 255).all()


def test_difference_is_white_where_equal():
    left = Image.new("RGB", (8, 8), (100, 100, 100))
    right = left.copy()
    right.putpixel((2, 3), (100, 140, 100))
    shown = np.asarray(figures.difference(left, right, gain=2.0))
    assert (shown[3, 2] == 255 - 80).all()
    assert (np.delete(shown.reshape(-1, 3), 3 * 8 + 2, 0) == 255).all()


def test_framed_leaves_the_original_alone():
    picture = Image.new("RGB", (50, 50))
    assert figures.framed(picture, [5.0, 5.0, 40.0, 40.0]).getpixel((5, 20)) == (230, 70, 40)
    assert picture.getpixel((5, 20)) == (0, 0, 0)


def test_a_close_up_holds_the_person_and_stays_in_the_picture():
    image, mask = torch.zeros(3, 100, 100), torch.zeros(1, 100, 100)
    mask[:, 80:100, 40:50] = 1
    image[:, 80:100, 40:50] = 1
    small = figures.close_up(image, mask, margin=0.5)
    assert small.size == (30, 30) and np.asarray(small)[-1, 10:20].min() == 255  # moved up, not cut: feet at the edge
    assert np.asarray(small).mean() == pytest.approx(255 * 200 / 900, rel=0.01)
    assert figures.close_up(image, torch.zeros_like(mask)).size == (100, 100)
