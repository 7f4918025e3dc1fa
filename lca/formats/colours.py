"""Any picture's colours -> 8-bit sRGB: embedded profiles (Display P3, Adobe RGB, CMYK), 16 bits, floats, palettes."""

import io

import numpy as np
from PIL import Image, ImageCms

from lca.errors import UserError

SPACES = {"RGB": "RGB", "RGBA": "RGB", "L": "GRAY", "LA": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
"""Mode of a picture -> the colour space that its profile must be for."""
FULL = (1, 255, 65535)
"""What white may be in a picture of floats or of whole numbers; the least that holds its largest value is taken."""
OVERSHOOT = 1.5
"""Times white that its largest value may be: highlights of a picture of floats are often above 1."""


def with_eight_bits(picture: Image.Image) -> Image.Image:
    """A picture with 16-bit or float greys, or with a palette, as one that can be scaled; others as they are."""
    if picture.mode == "P" or picture.mode == "1":
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode in ("LA", "PA", "La", "RGBa"):
        return picture.convert("LA" if picture.mode[0] == "L" else "RGBA")
    if picture.mode.startswith("I") or picture.mode == "F":
        grey = Image.fromarray(_eight_bits(np.asarray(picture), picture.mode))
        grey.info = {**picture.info}
        grey.getexif().update(picture.getexif())
        return grey
    return picture


def to_srgb(picture: Image.Image) -> tuple[Image.Image, Image.Image | None, list[str]]:
    """(sRGB, alpha where anything is hidden, words) of a picture.

    Raises:
        UserError: its colours cannot be read without a profile.
    """
    alpha = None
    if picture.has_transparency_data:
        alpha = picture.convert("RGBA").getchannel("A")
        alpha = None if alpha.getextrema()[0] == 255 else alpha
    opaque = picture.convert(picture.mode.removesuffix("A")) if picture.mode in ("RGBA", "LA") else picture
    converted, said = _by_profile(opaque)
    if converted is None:
        try:
            converted = opaque.convert("RGB")
        except ValueError as error:
            raise UserError(f"expected a picture of RGB, grey or CMYK, got mode {opaque.mode}: convert it") from error
    return converted, alpha, said


def _eight_bits(values: np.ndarray, mode: str) -> np.ndarray:
    """Greys of any depth -> 0 to 255."""
    finite = np.nan_to_num(values.astype(np.float32), copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    most = float(finite.max())
    white = 65535.0 if mode.startswith("I;16") else next((full for full in FULL if most <= OVERSHOOT * full), most)
    finite /= white
    finite *= 255
    return finite.round(out=finite).clip(0, 255, out=finite).astype(np.uint8)


def _by_profile(picture: Image.Image) -> tuple[Image.Image | None, list[str]]:
    """The picture through its embedded profile, or None where it has none, none that can be used, or is sRGB already."""
    coded = picture.info.get("icc_profile")
    if not coded:
        return None, []
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(coded))
        name = ImageCms.getProfileDescription(profile).strip()
        if name.startswith("sRGB") and picture.mode == "RGB":
            return None, []
        if coded[16:20].decode("ascii", "replace").strip() != SPACES.get(picture.mode):
            return None, [f"its colour profile ({name}) is for other colours: taken as sRGB"]
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(
            picture, profile, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None, ["its colour profile cannot be read: taken as sRGB"]
    return converted, [f"colours converted from {name}"] if picture.mode in ("RGB", "RGBA") else []
