"""The colours that a photo has where it shows a Gaussian bound those that refinement may give it."""

from dataclasses import replace

import torch

from lca.geometry.camera import orbit
from lca.training.refining.palette import Palette
from lca.training.refining.views import Crop, target


def ramp(size=16):
    """A picture that brightens to the right, of a person in its right half."""
    image = torch.linspace(0.0, 0.9, size).expand(3, size, size).contiguous()
    mask = (torch.arange(size) >= size // 2).float().expand(1, size, size).contiguous()
    crop = target(Crop(image, mask, orbit(0.0, size=size)), 0.0, torch.Generator())
    assert crop is not None
    return crop


def at(crop, x, y):
    """A place in the crop, cut as it was from the picture."""
    left = crop.camera.intrinsics[0, 2] - orbit(0.0, size=16).intrinsics[0, 2]
    return [x + float(left), y]


def test_the_photo_that_shows_it_best_has_its_say():
    crop, light = ramp(), torch.ones(4, 3)
    places = torch.tensor([at(crop, 12.5, 8.5), at(crop, 12.5, 8.5), at(crop, 2.5, 8.5), [-3.0, 8.5]])
    bounds = Palette.free(4).with_crop(crop, places, torch.tensor([0.9, 0.1, 0.9, 0.9]), light)
    step, here = 0.9 / 15, 12 * 0.9 / 15
    torch.testing.assert_close(bounds.least[0], torch.full((3,), here - step))
    torch.testing.assert_close(bounds.most[0], torch.full((3,), here + step))
    assert (bounds.least[1:] == 0.0).all() and (bounds.most[1:] == 1.0).all()  # hardly seen, no person there, outside
    dark = replace(crop, image=torch.zeros_like(crop.image))
    worse, better = (bounds.with_crop(dark, places, torch.full((4,), ratio), light) for ratio in (0.8, 0.95))
    assert torch.equal(worse.least[0], bounds.least[0]) and better.most[0].max() == 0.0
    dim = Palette.free(4).with_crop(crop, places, torch.full((4,), 0.9), 0.9 * light)
    torch.testing.assert_close(dim.most[0], torch.full((3,), (here + step) / 0.9))
