"""The light that people choose for an avatar: a sky by name, or what a picture of all directions holds."""

import math
from pathlib import Path

from lca.errors import UserError
from lca.formats.hdri import HDRI_SUFFIXES, read_hdri
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination
from lca.geometry.skies import SKIES
from lca.model.avatar import Avatar
from lca.ranges import check_number

STRENGTHS = (0.0, 100.0)
"""Times as strong as a camera's meter exposes it."""


def chosen_light(name_or_path: str | Path, azimuth: float = 0.0, strength: float = 1.0) -> Illumination:
    """A sky of `SKIES` or the light of an .hdr or .exr, turned about the vertical by `azimuth` (radians, from +z towards +x).

    Raises:
        UserError: neither a name nor a readable picture, or a strength out of range.
    """
    check_number("a light's azimuth, in radians,", azimuth, -2 * math.pi, 2 * math.pi)
    check_number("a light's strength", strength, *STRENGTHS)
    if str(name_or_path) in SKIES:
        light = SKIES[str(name_or_path)].light()
    elif Path(name_or_path).suffix.lower() in HDRI_SUFFIXES:
        light = read_hdri(name_or_path)
    else:
        raise UserError(
            f"expected a light among {', '.join(SKIES)}, or a file ending in {' or '.join(HDRI_SUFFIXES)}, got {name_or_path}"
        )
    return (light.turned(azimuth) if azimuth else light).brightened(strength)


def seen_in(light: Illumination | None, avatar: Avatar, posed: Gaussians, camera: Camera) -> Gaussians:
    """What `avatar.drive` gave, as a camera sees it in a light; None is that of the photos, and changes nothing.

    Raises:
        UserError: a light, and an avatar that does not know its materials.
    """
    return posed if light is None else avatar.lit(posed, light.shining(), camera.eye)
