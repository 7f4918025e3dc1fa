"""Light and garments to look at: a lamp lights its own side, and what the notebook leaves to its reader can be solved."""

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.geometry.camera import orbit
from lca.lab.loose import loosened_weights
from lca.lab.relit import by_lamp, materials_row, sky_row
from lca.model.checkpoint import with_heads


@pytest.fixture(scope="module")
def models(network):
    """With the relighting head, and without."""
    return with_heads(network, relight=True), network


def halves(picture):
    """Mean brightness of the person in the left and the right half of a picture."""
    grey = np.asarray(picture, np.float32).mean(-1)
    person = grey < 254
    middle = grey.shape[1] // 2
    return grey[:, :middle][person[:, :middle]].mean(), grey[:, middle:][person[:, middle:]].mean()


def test_a_lamp_lights_its_own_side(models, photos):
    avatar = models[0].reconstruct(photos)
    posed, camera = avatar.drive(torch.zeros(156)), orbit(0.0, 0.0, 3.2, size=96)
    left, right = (halves(by_lamp(avatar, posed, camera, azimuth, 0.0, 3.0)) for azimuth in (-90.0, 90.0))
    assert left[0] > 1.05 * left[1] and right[1] > 1.05 * right[0], "a person's left is on the right of who looks at it"


def test_rows_have_a_picture_for_each_sky_and_for_each_material(models, photos):
    avatar = models[0].reconstruct(photos)
    posed, camera = avatar.drive(torch.zeros(156)), orbit(0.0, 0.0, 3.2, size=48)
    assert sky_row(avatar, posed, camera, ("sun", "night")).width == 3 * 48 + 2 * 6
    assert materials_row(avatar, posed, camera).width == 5 * 48 + 4 * 6


def test_an_avatar_without_materials_is_refused(models, photos):
    avatar = models[1].reconstruct(photos)
    with pytest.raises(UserError, match="knows its materials"):
        by_lamp(avatar, avatar.drive(torch.zeros(156)), orbit(0.0, size=32), 0.0, 0.0)


def test_the_reader_s_equation_can_be_solved():
    blend = lambda plain, more: ((plain + more).clamp(min=0) / (plain + more).clamp(min=0).sum()).max()
    assert loosened_weights().check(blend).solved
    assert not loosened_weights().check(lambda plain, more: (plain + more).max()).solved
