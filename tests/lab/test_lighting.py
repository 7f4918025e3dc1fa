"""A light that is chosen by name or by file, turned and made stronger; a person as a camera sees them in it."""

import math

import pytest
import torch

from lca.errors import UserError
from lca.formats.photos import Photos
from lca.geometry.camera import orbit
from lca.geometry.skies import SKIES
from lca.lab.lighting import BRIGHT, chosen_light, seen_in
from lca.lab.playing import play
from lca.motion.named import named_motion
from tests.formats.test_hdri import write_hdr
from tests.model.matte import matte

ABOVE = torch.tensor([[0.0, 1.0, 0.0]])


@pytest.fixture(scope="module")
def avatar(network):
    return matte(network.reconstruct(standing_photos()))


def standing_photos():
    """A photo of a coloured box."""
    mask = torch.zeros(1, 1, 256, 256)
    mask[..., 20:240, 90:165] = 1
    return Photos(0.5 * torch.ones(1, 3, 256, 256), mask, torch.rand(1, 3, 128, 128), torch.ones(1, 1, 128, 128))


def test_a_sky_by_name_is_turned_and_made_stronger():
    plain, light = SKIES["sunset"].light(), chosen_light("sunset", math.pi / 2, 2.0)
    x, y, z = plain.directions[0].tolist()
    assert light.directions[0].tolist() == pytest.approx([z, y, -x], abs=1e-6), "what was in front is at the left"
    torch.testing.assert_close(light.colours, 2 * plain.colours)
    torch.testing.assert_close(light.irradiance(ABOVE), 2 * plain.irradiance(ABOVE), atol=1e-3, rtol=1e-3)


def test_a_lamp_shines_from_ahead_above_and_the_left_or_from_where_it_is_put():
    x, y, z = chosen_light("lamp").directions[-1].tolist()
    assert min(x, y, z) > 0.4
    right = chosen_light("lamp", 0.0, 2.0, (-90.0, 0.0))
    assert right.directions[-1].tolist() == pytest.approx([-1.0, 0.0, 0.0], abs=1e-6)
    assert right.colours[-1].tolist() == pytest.approx([2 * BRIGHT] * 3)


def test_a_file_is_read(tmp_path):
    write_hdr(tmp_path / "sun.hdr")
    assert chosen_light(tmp_path / "sun.hdr").directions.shape == (1, 3)


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (("moon",), "expected a light among studio, sun, overcast, .*, or a file ending in .hdr or .exr, got moon"),
        (("room.jpg",), "got room.jpg"),
        (("room.hdr",), "expected a file, got room.hdr, where there is none"),
        (("sun", 0.0, -1.0), "strength from 0 to 100, got -1"),
        (("sun", 0.0, math.nan), "strength from 0 to 100, got nan"),
        (("sun", math.inf), "azimuth, in radians, from -6.28319 to 6.28319, got inf"),
    ],
)
def test_bad_lights(choice, says):
    with pytest.raises(UserError, match=says):
        chosen_light(*choice)


def test_highlights_are_those_that_the_camera_sees(avatar):
    posed, light = avatar.drive(torch.zeros(156)), chosen_light("sun")
    front, behind = (seen_in(light, avatar, posed, orbit(azimuth)) for azimuth in (0.0, 3.0))
    assert (front.colors - behind.colors).abs().max() > 0.01
    assert seen_in(None, avatar, posed, orbit(0.0)) is posed


def test_a_lamp_that_is_off_changes_nothing_and_costs_no_shadow(avatar):
    posed, light, camera = avatar.drive(torch.zeros(156)), chosen_light("overcast"), orbit(0.0)
    assert len(light.directions) == 1 and len(light.shining().directions) == 0
    torch.testing.assert_close(
        seen_in(light, avatar, posed, camera).colors, avatar.lit(posed, light, camera.eye).colors
    )


def test_a_motion_plays_in_a_light(avatar):
    motion, camera = named_motion("turntable", 0.5, 2.0), orbit(0.0, size=32)
    photos, night = (
        next(play(avatar, motion, camera, light=light)) for light in (None, chosen_light("night", 0.0, 0.1))
    )
    assert night.mean() < photos.mean() - 0.02 and torch.equal(night[:, 0, 0], photos[:, 0, 0])
