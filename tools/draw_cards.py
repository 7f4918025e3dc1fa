"""Draw data_cards/pictures/*, the pictures of the data cards: python tools/draw_cards.py [--data FOLDER]."""

import argparse
import json
import tempfile
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image

from lca.formats.atomic import writing
from lca.formats.film_frames import every_frame
from lca.formats.shards import shard_paths
from lca.lab.figures import column, row, save_small, to_image
from lca.lab.followed_film import followed_strip
from lca.model.checkpoint import load_model
from lca.tracking.film.follow import follow
from lca.tracking.finder import PeopleFinder
from lca.world.folders.attribute_plot import people_plot, scene_plot
from lca.world.folders.drape_strip import drape_strip
from lca.world.folders.portraits import people_sheet, portrait_sheet
from lca.world.folders.sheet import sheet
from lca.world.stages.capture import STAGES, TEST_ONLY

PICTURES = Path(__file__).resolve().parents[1] / "data_cards" / "pictures"
PEOPLE, FACES, COUNTED = 48, 24, 1000
WALKER = 9
"""Seed of the person on the runway's card."""
STRIP = 7
"""Frames of a film."""
WIDTH = 1152
"""Pixels, of the sheets."""


def small_jpeg(image: Image.Image, path: Path) -> None:
    """At most `WIDTH` wide."""
    height = round(image.height * min(1.0, WIDTH / image.width))
    with writing(path) as temporary:
        image.convert("RGB").resize((min(WIDTH, image.width), height), Image.Resampling.LANCZOS).save(
            temporary, "JPEG", quality=82, optimize=True
        )


def draw_people() -> None:
    """Who lives in the world."""
    with tempfile.TemporaryDirectory() as folder:
        for name, draw, people in (("people", people_sheet, PEOPLE), ("faces", portrait_sheet, FACES)):
            with Image.open(draw(range(people), Path(folder) / "sheet.png")) as image:
                small_jpeg(image, PICTURES / f"{name}.jpg")
    people_plot(COUNTED, PICTURES / "people_histograms.png")
    save_small(Image.fromarray(drape_strip(WALKER)), PICTURES / "runway_strip.png")


def draw_stage(stage: str, folder: Path) -> None:
    """What a stage shows: its first captures, and how often it shows what."""
    split = "test" if stage in TEST_ONLY else "train"
    with tempfile.TemporaryDirectory() as place:
        with Image.open(sheet(folder, Path(place) / "sheet.png", split, captures=4, frames=8)) as image:
            small_jpeg(image, PICTURES / f"{stage}.jpg")
    scenes = [text for path in shard_paths(folder, split) for text in pq.read_table(path)["scene"].to_pylist()]
    scene_plot([json.loads(text) for text in scenes], PICTURES / f"{stage}_histograms.png")


def draw_films(films: list[Path]) -> None:
    """People of films and, below each, the bodies that were followed: not told how tall anybody is."""
    model, finder = load_model(), PeopleFinder()
    rows = []
    for film in films:
        followed = follow(film, model, finder)
        step = max(1, len(followed.motion) // STRIP)
        shown = [
            to_image(picture.image) for picture in islice(every_frame(film, followed.motion.fps), 0, STRIP * step, step)
        ]
        rows += [row(shown, height=200), followed_strip(film, followed, STRIP, 200)]
    small_jpeg(column(rows), PICTURES / "films.jpg")


def main() -> None:
    """Draw all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with one folder a stage: their sheets are drawn too")
    parser.add_argument("--films", type=Path, nargs="*", help="films of `lca world film`: they alone are drawn")
    data, films = (given := parser.parse_args()).data, given.films
    if films:
        draw_films(films)
        return
    draw_people()
    for stage in STAGES if data else ():
        if (data / stage).is_dir():
            draw_stage(stage, data / stage)


if __name__ == "__main__":
    main()
