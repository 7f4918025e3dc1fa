"""The light that people choose for an avatar: a sky by name, a lamp, or what a picture of all directions holds."""

import math
from pathlib import Path

import torch

from lca.errors import UserError
from lca.formats.hdri import HDRI_SUFFIXES, read_hdri
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination, lamp
from lca.geometry.skies import SKIES
from lca.model.avatar import Avatar
from lca.ranges import check_number

STRENGTHS = (0.0, 100.0)
"""Times as strong as a camera's meter exposes it."""


LAMP, LAMP_AT = "lamp", (40.0, 35.0)
"""What it is called, and where it is unless told: from above, ahead and the person's left; degrees as of `lamplight`."""
BRIGHT, DIM = 1.6, 0.25
"""Of the lamp: what a white surface shows that faces it. Of a studio's light round it: enough to see where shadows fall."""


def chosen_light(
    name_or_path: str | Path,
    azimuth: float = 0.0,
    strength: float = 1.0,
    lamp_at: tuple[float, float] = LAMP_AT,
) -> Illumination:
    """A sky of `SKIES`, a `LAMP` at an azimuth and elevation (degrees), or the light of an .hdr or .exr; turned about the
    vertical by `azimuth` (radians, from +z towards +x).

    Raises:
        UserError: neither a name nor a readable picture, or a strength or an angle out of range.
    """
    check_number("a light's azimuth, in radians,", azimuth, -2 * math.pi, 2 * math.pi)
    check_number("a light's strength", strength, *STRENGTHS)
    if str(name_or_path) in SKIES:
        light = SKIES[str(name_or_path)].light()
    elif str(name_or_path) == LAMP:
        light = lamplight(*lamp_at)
    elif Path(name_or_path).suffix.lower() in HDRI_SUFFIXES:
        light = read_hdri(name_or_path)
    else:
        raise UserError(
            f"expected a light among {', '.join((*SKIES, LAMP))}, or a file ending in {' or '.join(HDRI_SUFFIXES)}, "
            f"got {name_or_path}"
        )
    return (light.turned(azimuth) if azimuth else light).brightened(strength)


def lamplight(azimuth: float, elevation: float, strength: float = BRIGHT) -> Illumination:
    """One lamp in a dim studio; degrees, azimuth 0 is in front of the person (+z), growing towards its left.

    Raises:
        UserError: an angle out of range, or a strength below 0.
    """
    check_number("a lamp's azimuth, in degrees,", azimuth, -360.0, 360.0)
    check_number("a lamp's elevation, in degrees,", elevation, -90.0, 90.0)
    across, up = math.radians(azimuth), math.radians(elevation)
    towards = [math.sin(across) * math.cos(up), math.sin(up), math.cos(across) * math.cos(up)]
    return SKIES["studio"].light().brightened(DIM) + lamp(torch.tensor(towards), torch.full((3,), strength))


def seen_in(light: Illumination | None, avatar: Avatar, posed: Gaussians, camera: Camera) -> Gaussians:
    """What `avatar.drive` gave, as a camera sees it in a light; None is that of the photos, and changes nothing.

    Raises:
        UserError: a light, and an avatar that does not know its materials.
    """
    return posed if light is None else avatar.lit(posed, light.shining(), camera.eye)
