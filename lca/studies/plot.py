"""A report as a picture: one panel for each test world or measure, a dot with its interval for each row."""

from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

PAPER, INK, FAINT, DOT = (255, 255, 255), (50, 50, 50), (220, 220, 220), (40, 90, 170)
NAMES, PANEL, LINE, MARGIN = 190, 330, 30, 24
"""Pixels: width of the names, width of a panel, height of a row, edge."""
ABREAST = 3
"""Panels beside each other at most."""


def plot(report: dict[str, Any]) -> Image.Image:
    """What every row scores; panels have scales of their own."""
    names, panels = [row["name"] for row in report["rows"]], panels_of(report)
    strips = [panels[start : start + ABREAST] for start in range(0, len(panels), ABREAST)]
    high = LINE * (len(names) + 2) + MARGIN
    picture = Image.new("RGB", (NAMES + PANEL * min(len(panels), ABREAST) + MARGIN, high * len(strips)), PAPER)
    for place, each in enumerate(strips):
        picture.paste(strip(names, each, (picture.width, high)), (0, high * place))
    return picture


def panels_of(report: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(title, a mean with its interval for each row) of each panel: PSNR on a test world, or a measure that people have."""
    if "measures" in report:
        return [(one["name"], one["rows"]) for one in report["measures"] if "rows" in one]
    return [(f"{world}, dB", [row["worlds"][world]["psnr_fg"] for row in report["rows"]]) for world in report["test"]]


def strip(
    names: Sequence[str], panels: Sequence[tuple[str, list[dict[str, Any]]]], size: tuple[int, int]
) -> Image.Image:
    """Panels beside each other, the names of the rows before them."""
    picture = Image.new("RGB", size, PAPER)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for place, name in enumerate(names):
        pen.text((NAMES - 10, height(place)), name, fill=INK, anchor="rm", font=font)
    for place, (title, found) in enumerate(panels):
        panel(pen, font, (NAMES + PANEL * place, title), found)
    return picture


def height(place: int) -> int:
    """Where a row is drawn."""
    return LINE * (place + 1) + MARGIN


def panel(pen: ImageDraw.ImageDraw, font: Any, titled: tuple[int, str], found: list[dict[str, Any]]) -> None:
    """Axis, intervals and dots of one panel; `titled` is its left edge and its title."""
    left, title = titled
    low = min(one["interval95"][0] for one in found)
    high = max(one["interval95"][1] for one in found)
    room = max(high - low, 0.1)
    digits = 1 if room > 1 else 2
    width, bottom = PANEL - 3 * MARGIN, height(len(found))

    def across(value: float) -> float:
        return left + MARGIN + width * (value - low) / room

    pen.text((left + MARGIN + width / 2, MARGIN), title, fill=INK, anchor="mm", font=font)
    for part in range(5):
        value = low + room * part / 4
        pen.line([(across(value), height(0) - LINE / 2), (across(value), bottom - LINE / 2)], fill=FAINT)
        pen.text((across(value), bottom), f"{value:.{digits}f}", fill=INK, anchor="mm", font=font)
    for place, one in enumerate(found):
        y, (first, last) = height(place), one["interval95"]
        pen.line([(across(first), y), (across(last), y)], fill=DOT, width=2)
        x = across(one["mean"])
        pen.ellipse([x - 5, y - 5, x + 5, y + 5], fill=DOT)
