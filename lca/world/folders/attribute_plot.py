"""Histograms of what people look like and of what surrounds them, drawn with Pillow for the data cards."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lca.formats.atomic import writing
from lca.world.paint.skin import TONES
from lca.world.person.identity import sample_identity

WIDTH, HEIGHT, MARGIN = 380, 190, 12
INK, BAR, RULE = (40, 40, 44), (84, 122, 168), (205, 205, 210)
NUMBERS = {"skin_tone": (0.0, 9.0), "age": (18.0, 82.0), "build": (0.0, 1.0), "hair_grey": (0.0, 1.0)}
"""Attributes that are numbers, with their ranges."""
WORDS = (
    "hair", "hair_colour", "beard", "eyes", "freckles", "glasses", "headwear", "shirt", "jacket", "bottom", "shoes",
    "shirt_print", "bottom_print", "skirt_style",
)  # fmt: skip
"""Attributes that are words; somebody without one counts as "none"."""


def attribute_plot(attributes: Sequence[dict[str, str | float]], out: str | Path) -> Path:
    """Draw one histogram per attribute of these people to a PNG; bars of skin tone have the tone's colour."""
    panels = [numbers_panel(name, [float(who[name]) for who in attributes], limits) for name, limits in NUMBERS.items()]
    return paved(
        panels + [words_panel(name, [str(who.get(name, "none")) for who in attributes]) for name in WORDS], out
    )


def scene_plot(scenes: Sequence[dict[str, str | float]], out: str | Path) -> Path:
    """Draw one histogram per thing that captures record of their scene to a PNG; what is alike in all is left out."""
    panels = []
    for name in scenes[0]:
        values = [scene[name] for scene in scenes]
        if len(set(values)) == 1:
            continue
        if isinstance(values[0], str):
            panels.append(words_panel(name, [word for value in values for word in str(value).split(" ")]))
        else:
            numbers = [float(value) for value in values]
            panels.append(numbers_panel(name, numbers, (min(numbers), max(numbers))))
    return paved(panels, out)


def paved(panels: list[Image.Image], out: str | Path) -> Path:
    """Three panels in a row."""
    panels = panels + [Image.new("RGB", (WIDTH, HEIGHT), "white")] * (-len(panels) % 3)
    rows = [np.concatenate([np.asarray(panel) for panel in panels[k : k + 3]], 1) for k in range(0, len(panels), 3)]
    with writing(out) as path:
        Image.fromarray(np.concatenate(rows, 0)).save(path, format="PNG", optimize=True)
    return Path(out)


def people_plot(people: int, out: str | Path, first: int = 0) -> Path:
    """The same for the people of seeds `first`, `first + 1`, ..."""
    return attribute_plot([sample_identity(seed).attributes for seed in range(first, first + people)], out)


def numbers_panel(name: str, values: Sequence[float], limits: tuple[float, float]) -> Image.Image:
    """Ten bars over the attribute's range."""
    counts, edges = np.histogram(values, bins=10, range=limits)
    colours = [tuple(int(255 * c) for c in shade) for shade in TONES] if name == "skin_tone" else [BAR] * 10
    return panel(name, [f"{edge:.3g}" for edge in edges[:-1]], counts, colours)


def words_panel(name: str, values: Sequence[str]) -> Image.Image:
    """A bar per word, most frequent first."""
    found = Counter(values).most_common()
    return panel(name, [word for word, _ in found], np.array([count for _, count in found]), [BAR] * len(found))


def panel(name: str, labels: Sequence[str], counts: np.ndarray, colours: Sequence[tuple]) -> Image.Image:
    """Bars with slanting labels; the highest bar's share is written at its top."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(11)
    top, bottom = 28, HEIGHT - 64
    step = (WIDTH - 2 * MARGIN) / len(labels)
    draw.text((MARGIN, 8), f"{name.replace('_', ' ')} ({counts.sum()} people)", INK, ImageFont.load_default(13))
    for k, (label, count) in enumerate(zip(labels, counts, strict=True)):
        x, height = MARGIN + k * step, (bottom - top) * count / max(counts.max(), 1)
        draw.rectangle([x + 1, bottom - height, x + step - 2, bottom], fill=colours[k], outline=RULE)
        slanted(image, label, (int(x + step / 2), bottom + 4), font)
    draw.text((WIDTH - MARGIN - 40, 10), f"{100 * counts.max() / counts.sum():.0f} %", INK, font)
    draw.line([MARGIN, bottom, WIDTH - MARGIN, bottom], fill=INK)
    return image


def slanted(
    image: Image.Image, text: str, place: tuple[int, int], font: ImageFont.ImageFont | ImageFont.FreeTypeFont
) -> None:
    """Text at 40 degrees that ends at `place`."""
    left, _, right, below = font.getbbox(text)
    mask = Image.new("L", (int(right - left) + 2, int(below) + 2), 0)
    ImageDraw.Draw(mask).text((0, 0), text, 255, font)
    mask = mask.rotate(40, expand=True, resample=Image.Resampling.BICUBIC)
    ink = Image.new("RGB", mask.size, INK)
    image.paste(ink, (max(place[0] - mask.size[0] + 4, 0), place[1]), mask)
