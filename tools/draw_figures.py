"""Draw the pictures that readers see without running a notebook: make figures, or some of them by name."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image

from lca.data.census import census
from lca.data.drawn import drawn, one_of_each
from lca.data.example import load_example
from lca.data.faces import faces_of
from lca.data.sources import open_source
from lca.formats.photos import read_pictures
from lca.geometry.camera import orbit
from lca.lab import from_photographs, preparation
from lca.lab.browser import Browser
from lca.lab.figures import column, row, save_small, to_image, view
from lca.lab.gallery import gallery
from lca.lab.held_out import everybody, side_by_side
from lca.lab.learning import TO_THE_LETTER, settings, watched
from lca.lab.loose import Closet
from lca.lab.relit import light_strip
from lca.lab.token_plane import plane_picture, token_plane
from lca.lab.tour import summary
from lca.model.avatar import Avatar
from lca.model.checkpoint import SHIPPED, load_model
from lca.model.face_place import CENTRE
from lca.model.network import LCA
from lca.motion.named import named_motion
from lca.panel.desk import Desk
from lca.panel.light import HANDLE
from lca.panel.local import served
from lca.panel.motions import Offered
from lca.tracking.finder import load_finder
from lca.tracking.likeness import refine_on_photos
from lca.training.evaluate import example_at
from lca.training.experiment import experiment
from lca.world.folders.builder import Build, build
from lca.world.stages.capture import STAGES

GALLERY_SEED, GALLERY = 7, (1, 2, 3, 4, 6, 7)
"""Studio people that no training has seen."""
SKIRTED = (("studio", 2, 8), ("studio", 19, 8), ("wild", 18, 13), ("studio", 9, 9))
"""People in skirts that no training has seen: stage, number and seed."""
ROOT = Path(__file__).resolve().parents[1]
CONFIGS = ROOT / "configs"
LAMPS = ((0.28, 0.4), (0.4, 0.08), (0.65, 0.1), (0.76, 0.4), (0.7, 0.75))
"""Where on the picture the lamp is dragged to, shares of its width and height."""
SEED = 9
"""Of the people in the figures of notebooks 01 to 03, and of those whose faces are read."""
FACED = (2, 3, 4, 5, 6, 7, 8)
"""Who they are, by number."""


@contextmanager
def waving(avatar: Avatar) -> Iterator[tuple[Desk, Browser]]:
    """The panel in a browser, its person waving; needs chromium."""
    new_desk = lambda send: Desk([avatar], send, Offered(), Path(folder))
    with TemporaryDirectory() as folder, served(new_desk) as (address, desks), Browser(1180, 820) as browser:
        browser.go(address)
        browser.wait("document.querySelectorAll('.lca-gallery img[src]').length > 10")
        desks[-1].receive({"kind": "pose", "name": "wave"})
        yield desks[-1], browser


def panel_picture(avatar: Avatar) -> Image.Image:
    """A screenshot of the panel, waving and smiling."""
    with waving(avatar) as (desk, browser):
        desk.receive({"kind": "emotion", "name": "smile", "strength": 1.0})
        time.sleep(2.0)
        return browser.screenshot()


def lamp_strip(avatar: Avatar) -> Image.Image:
    """Pictures of the panel while its lamp is dragged round the person."""
    shown: list[Image.Image] = []
    with waving(avatar) as (_, browser):
        browser.evaluate(
            "[...document.querySelectorAll('.lca-check')].find((l) => l.textContent === 'lamp').firstChild.click()"
        )
        browser.wait("!document.querySelector('.lca-lamp').hidden")
        left, top, width, height = browser.evaluate(
            "(() => { const b = document.querySelector('.lca-view').getBoundingClientRect();"
            " return [b.left, b.top, b.width, b.height]; })()"
        )
        at = lambda place: (left + place[0] * width, top + place[1] * height)
        (west, north), (east, south) = at((0.22, 0.0)), at((0.82, 1.0))
        for held, place in pairwise((HANDLE, *LAMPS)):
            time.sleep(1.0)
            browser.drag(at(held), at(place))
            time.sleep(1.0)
            shown.append(browser.screenshot().crop((west, north, east, south)))
    return row(shown, height=300)


def pretraining_picture(model: LCA, folder: Path) -> Image.Image:
    """A person never seen in training, while a tiny network learns; then as the shipped one has it."""
    build(Build("wild", 8, SEED + 2, 96), folder / "wild")
    run = experiment(
        "pretrain",
        CONFIGS / "tiny_pretrain.yaml",
        *("--model.network.template.anchors=192", "--model.network.template.per_anchor=32"),
        *("--model.optimizer.lr=0.003", "--model.correspondence_steps=80"),
        *settings(folder / "wild", folder / "pretrain", 160),
        "--data.batch_size=4",
    )
    watch = watched(run, pictures=6)
    run.fit()
    return watch.strip(("shipped model", model), height=150)


def emergent_picture(model: LCA, folder: Path) -> Image.Image:
    """Somebody in a skirt by plain skinning, with nodes, in truth; another person relit, in a wrong light, in truth."""
    for stage in ("runway", "lightstage"):
        build(Build(stage, 1, SEED - 1), folder / stage)
    shown = {stage: open_source(folder / stage, "test")[0] for stage in ("runway", "lightstage")}
    skirt = Closet(model, example_at(0, shown["runway"], 4, 5)[0]).strip(150)
    light = light_strip(model, example_at(0, shown["lightstage"], 3, 12)[0], range(0, 12, 2), 120)
    return row([skirt, light], height=max(skirt.height, light.height))


def post_training_picture(model: LCA, folder: Path) -> Image.Image:
    """People of both stages before and after some post-training on others, and the plane of their tokens."""
    build(Build("studio", 6, SEED, 96), folder / "trained")
    for stage, people in (("wild", 8), ("studio", 6)):
        build(Build(stage, people, SEED + 2, 96), folder / stage)
    models = {"shipped": model}
    for gamma in (0.65, 1.0):
        run = experiment(
            "posttrain",
            CONFIGS / "tiny_posttrain.yaml",
            *(f"--model.init={SHIPPED}", f"--model.gamma={gamma}", "--model.optimizer.lr=0.0008"),
            *settings(folder / "trained", folder / f"gamma-{gamma}", 40),
        )
        run.fit()
        models[f"gamma {gamma:g}"] = run.module.network.eval()
    people = {stage: everybody(folder / stage) for stage in ("wild", "studio")}
    planes = [plane_picture(token_plane(each, **people), name) for name, each in models.items()]
    return column([side_by_side(models, [people["wild"][0], people["studio"][0]], 130), row(planes, height=296)])


def recipes_picture(folder: Path) -> Image.Image:
    """A person never seen in training by two tiny networks, with what is ours and to the letter of the paper."""
    build(Build("wild", 8, SEED + 2, 160), folder / "recipes")
    models = {}
    for name, changed in (("with ours", ()), ("to the letter", TO_THE_LETTER)):
        run = experiment(
            "pretrain",
            CONFIGS / "tiny_pretrain.yaml",
            *("--model.network.template.anchors=160", "--model.network.template.per_anchor=24", *changed),
            *settings(folder / "recipes", folder / name, 200),
        )
        run.fit()
        models[name] = run.module.network.eval()
    return side_by_side(models, everybody(folder / "recipes", splits=["validation"]), 150)


@torch.no_grad()
def expressions_picture(model: LCA, avatar: Avatar) -> Image.Image:
    """The liveliest faces of people never met; the avatar with the codes read off them; the avatar with their true actions."""
    seen = []
    for person in FACED:
        kept = faces_of(drawn("portrait", person, SEED, 64))
        seen.append(kept[[int(kept.actions.square().sum(-1).argmax())]])
    camera, still = orbit(0.0, 0.0, 0.42, CENTRE, size=(150, 150)), (torch.zeros(156), torch.zeros(4))

    def driven(eps: torch.Tensor) -> Image.Image:
        return view(model.drive(avatar, still[0], eps, still[1]), camera)

    read = [driven(model.face_code(each.face)[0]) for each in seen]
    named = [driven(avatar.eps_from_actions(each.actions[0])) for each in seen]
    return column([row(images, height=150) for images in ([to_image(each.face[0]) for each in seen], read, named)])


class Studio:
    """What several figures are drawn of, made once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.pictures, self.model, self.finder = read_pictures(load_example().photos), load_model(), load_finder()
        self.people = [self.finder(x) for x in self.pictures]
        self.stature = float(self.model.template.stature(load_example().betas))

    @cached_property
    def avatar(self) -> Avatar:
        """The example person's, refined."""
        return refine_on_photos(self.model, self.pictures, self.people, self.stature).avatar

    def tour(self) -> Image.Image:
        """The chain."""
        return summary(self.model, self.finder, self.pictures, named_motion("walk", seconds=1.0, fps=8.0))

    def preparation(self) -> Image.Image:
        """A person of each stage, and a census."""
        rows = one_of_each(list(STAGES), SEED, 256)
        return preparation.summary(rows, census(SEED, 2000), self.model.template)

    def avatars(self) -> Image.Image:
        """Six people never seen in training."""
        strangers = [drawn("studio", index, GALLERY_SEED) for index in GALLERY]
        return gallery(self.model, self.finder, strangers, named_motion("walk", 2.0, 12.0))

    def skirts(self) -> Image.Image:
        """Four people in skirts."""
        return gallery(self.model, self.finder, [drawn(*each) for each in SKIRTED], named_motion("walk", 2.0, 12.0))

    def photographs(self) -> Image.Image:
        """Refinement, step by step."""
        return from_photographs.summary(self.model, self.pictures, self.people, self.stature)


DRAWN = {
    "notebooks/figures/00_tour.png": Studio.tour,
    "notebooks/figures/01_data_preparation.png": Studio.preparation,
    "data_cards/pictures/avatars.png": Studio.avatars,
    "data_cards/pictures/skirts.png": Studio.skirts,
    "notebooks/figures/02_pretraining.png": lambda at: pretraining_picture(at.model, at.folder),
    "notebooks/figures/03_post_training.png": lambda at: post_training_picture(at.model, at.folder),
    "notebooks/figures/04_emergent_probes.png": lambda at: emergent_picture(at.model, at.folder),
    "notebooks/figures/07_recipes.png": lambda at: recipes_picture(at.folder),
    "notebooks/figures/05_interactive_avatar.png": lambda at: panel_picture(at.avatar),
    "data_cards/pictures/face_code.png": lambda at: expressions_picture(at.model, at.avatar),
    "data_cards/pictures/lamp.png": lambda at: lamp_strip(at.avatar),
    "notebooks/figures/06_from_photographs.png": Studio.photographs,
}
"""Each picture of the repository, and who draws it."""


def main() -> None:
    """Draw all of them, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*map(name_of, DRAWN), []],
        metavar="NAME",
        help="such as 06_from_photographs, avatars",
    )
    wanted = parser.parse_args().names
    with TemporaryDirectory() as folder:
        at = Studio(Path(folder))
        for path, draw in DRAWN.items():
            if not wanted or name_of(path) in wanted:
                save_small(draw(at), ROOT / path)


def name_of(path: str) -> str:
    """By which a picture is asked for."""
    return Path(path).stem


if __name__ == "__main__":
    main()
