"""The focal length that a camera wrote into a photo's EXIF tags, in pixels."""

import math

from PIL.Image import Exif

EXIF_TAGS = 0x8769
FOCAL_LENGTH, FOCAL_35MM, WIDTH, HEIGHT = 0x920A, 0xA405, 0xA002, 0xA003
PLANE_RESOLUTION, PLANE_UNIT = 0xA20E, 0xA210
UNITS = {2: 25.4, 3: 10.0, 4: 1.0}
"""Value of the unit's tag -> millimetres."""
DIAGONAL_35MM = math.hypot(36.0, 24.0)
SAME_ASPECT = 0.02
PLAUSIBLE = (0.3, 30.0)
"""Focal lengths in longer sides: from a fisheye to a long telephoto lens."""


def focal_pixels(exif: Exif, stored: tuple[int, int], size: tuple[int, int]) -> float | None:
    """Focal length in pixels of a picture scaled to `size`; `stored` is the size of the file's picture.

    None where the camera wrote nothing usable, or where the picture was cropped since.
    """
    tags = exif.get_ifd(EXIF_TAGS)
    taken = _number(tags.get(WIDTH)), _number(tags.get(HEIGHT))
    if all(taken) and abs(math.log(max(taken) / min(taken) * min(stored) / max(stored))) > SAME_ASPECT:
        return None
    equivalent, length = _number(tags.get(FOCAL_35MM)), _number(tags.get(FOCAL_LENGTH))
    resolution, unit = _number(tags.get(PLANE_RESOLUTION)), UNITS.get(int(_number(tags.get(PLANE_UNIT)) or 2))
    if equivalent:
        pixels = equivalent / DIAGONAL_35MM * math.hypot(*size)
    elif length and resolution and unit:
        pixels = length * resolution / unit * max(size) / max(max(taken), *stored)
    else:
        return None
    return pixels if PLAUSIBLE[0] < pixels / max(size) < PLAUSIBLE[1] else None


def _number(value: object) -> float:
    """A tag's value; 0 where it is missing or nonsense."""
    try:
        number = float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0
