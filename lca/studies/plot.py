"""A report as a picture: one panel for each test world, a dot with its interval for each row."""

from typing import Any

from PIL import Image, ImageDraw, ImageFont

PAPER, INK, FAINT, DOT = (255, 255, 255), (50, 50, 50), (220, 220, 220), (40, 90, 170)
NAMES, PANEL, LINE, MARGIN = 190, 330, 30, 24
"""Pixels: width of the names, width of a panel, height of a row, edge."""


def plot(report: dict[str, Any]) -> Image.Image:
    """PSNR in dB of every row on every test world; panels have scales of their own."""
    rows, worlds = report["rows"], list(report["test"])
    picture = Image.new("RGB", (NAMES + PANEL * len(worlds) + MARGIN, LINE * (len(rows) + 2) + MARGIN), PAPER)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for place, row in enumerate(rows):
        pen.text((NAMES - 10, height(place)), row["name"], fill=INK, anchor="rm", font=font)
    for place, world in enumerate(worlds):
        found = [row["worlds"][world]["psnr_fg"] for row in rows]
        panel(pen, font, (NAMES + PANEL * place, f"{world}, dB"), found)
    return picture


def height(place: int) -> int:
    """Where a row is drawn."""
    return LINE * (place + 1) + MARGIN


def panel(pen: ImageDraw.ImageDraw, font: Any, titled: tuple[int, str], found: list[dict[str, Any]]) -> None:
    """Axis, intervals and dots of one world; `titled` is its left edge and its title."""
    left, title = titled
    low = min(one["interval95"][0] for one in found)
    high = max(one["interval95"][1] for one in found)
    room = max(high - low, 0.1)
    width, bottom = PANEL - 3 * MARGIN, height(len(found))

    def across(value: float) -> float:
        return left + MARGIN + width * (value - low) / room

    pen.text((left + MARGIN + width / 2, MARGIN), title, fill=INK, anchor="mm", font=font)
    for part in range(5):
        value = low + room * part / 4
        pen.line([(across(value), height(0) - LINE / 2), (across(value), bottom - LINE / 2)], fill=FAINT)
        pen.text((across(value), bottom), f"{value:.1f}", fill=INK, anchor="mm", font=font)
    for place, one in enumerate(found):
        y, (first, last) = height(place), one["interval95"]
        pen.line([(across(first), y), (across(last), y)], fill=DOT, width=2)
        x = across(one["mean"])
        pen.ellipse([x - 5, y - 5, x + 5, y + 5], fill=DOT)
