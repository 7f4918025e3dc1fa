"""Regions of a photo and the way back: against `crop_square`, and as maps."""

import math

import pytest
import torch

from lca.formats.photos import crop_square
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

TURNED = Region((60.0, 45.0), 50.0, 0.7)


def test_points_come_back():
    points = torch.rand(20, 2)
    torch.testing.assert_close(TURNED.from_photo(TURNED.to_photo(points)), points, atol=1e-5, rtol=0)


def test_a_region_points_up():
    region = Region.upright((10.0, 50.0), (30.0, 40.0), (20.0, 45.0), 8.0)
    below, above = region.from_photo(torch.tensor([[10.0, 50.0], [30.0, 40.0]]))
    assert below[0] == pytest.approx(float(above[0]), abs=1e-4) and below[1] > above[1]
    assert Region.upright((0.0, 9.0), (0.0, 1.0), (0.0, 5.0), 8.0).angle == pytest.approx(0.0)
    assert Region.upright((0.0, 5.0), (8.0, 5.0), (4.0, 5.0), 8.0).angle == pytest.approx(math.pi / 2)


def test_moved_along_its_own_axes():
    moved = TURNED.moved(0.2, -0.1, 1.5)
    torch.testing.assert_close(torch.tensor(moved.centre), TURNED.to_photo(torch.tensor([0.7, 0.4])))
    assert moved.side == 75.0


@pytest.mark.parametrize("size", [16, 24, 50, 100])
def test_an_upright_region_reads_what_a_crop_reads(size):
    y, x = torch.meshgrid(torch.arange(90.0), torch.arange(120.0), indexing="ij")
    image = torch.stack([x / 120, y / 90, (x * 0.12).sin() * 0.5 + 0.5])
    cut = Region((60.0, 45.0), 50.0).cut(PhotoPyramid.of(image), size)
    torch.testing.assert_close(cut, crop_square(image, torch.tensor([35.0, 20.0, 85.0, 70.0]), size), atol=0.02, rtol=0)


def test_a_turned_region_shows_the_turned_picture():
    image = torch.rand(2, 64, 64)
    quarter = Region((32.0, 32.0), 64.0, math.pi / 2).cut(PhotoPyramid.of(image), 64)
    torch.testing.assert_close(quarter, image.rot90(1, (1, 2)), atol=1e-4, rtol=0)


def test_outside_the_photo_it_is_black():
    cut = Region((0.0, 0.0), 40.0).cut(PhotoPyramid.of(torch.ones(1, 50, 50)), 40)
    assert (cut[0, :19] == 0).all() and (cut[0, 21:, 21:] == 1).all()


def test_a_plane_of_the_region_lands_where_it_came_from():
    y, x = torch.meshgrid(torch.arange(90.0), torch.arange(120.0), indexing="ij")
    image = torch.exp(-((x - 62) ** 2 + (y - 40) ** 2) / 60)[None]
    plane = TURNED.cut(PhotoPyramid.of(image), 128)
    back = TURNED.back(plane, torch.tensor([45.0, 30.0, 75.0, 60.0]), 30)
    torch.testing.assert_close(back, image[:, 30:60, 45:75], atol=0.01, rtol=0)


def test_levels_are_means_and_odd_sides_are_kept():
    image = torch.rand(1, 301, 257)
    pyramid = PhotoPyramid.of(image)
    assert [level.shape[1:] for level in pyramid.levels] == [(301, 257), (151, 129), (76, 65)]
    torch.testing.assert_close(pyramid.levels[1][0, 3, 5], image[0, 6:8, 10:12].mean())
    assert [pyramid.level(step) for step in (0.5, 1.0, 1.9, 2.0, 4.5, 100.0)] == [0, 0, 0, 1, 2, 2]
