"""Draw notebooks/figures/*.png, the pictures that readers see without running a notebook: make figures."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from lca.data.census import census
from lca.data.drawn import drawn, one_of_each
from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.lab import from_photographs, preparation
from lca.lab.browser import Browser
from lca.lab.figures import save_small
from lca.lab.gallery import gallery
from lca.lab.tour import summary
from lca.matting.cutout import cut_out_people
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.motion.named import named_motion
from lca.panel.desk import Desk
from lca.panel.local import served
from lca.panel.motions import Offered
from lca.tracking.finder import load_finder
from lca.world.stages.capture import STAGES

GALLERY_SEED, GALLERY = 7, (1, 2, 3, 4, 6, 7)
"""Studio people that no training has seen."""
PICTURES = Path(__file__).resolve().parents[1] / "data_cards" / "pictures"
FIGURES = Path(__file__).resolve().parents[1] / "notebooks" / "figures"
SEED = 9
"""Of the people in the figure of notebook 01."""


def panel_picture(avatar: Avatar) -> Image.Image:
    """A screenshot of the panel, waving and smiling; needs chromium."""
    new_desk = lambda send: Desk([avatar], send, Offered(), Path(folder))
    with TemporaryDirectory() as folder, served(new_desk) as (address, desks), Browser(1000, 860) as browser:
        browser.go(address)
        browser.wait("document.querySelectorAll('.lca-gallery img[src]').length > 10")
        for message in ({"kind": "pose", "name": "wave"}, {"kind": "emotion", "name": "smile", "strength": 1.0}):
            desks[-1].receive(message)
        time.sleep(2.0)
        return browser.screenshot()


def main() -> None:
    """Draw all of them."""
    pictures, model, finder = read_pictures(load_example().photos), load_model(), load_finder()
    walking = named_motion("walk", seconds=1.0, fps=8.0)
    save_small(summary(model, finder, pictures, walking), FIGURES / "00_tour.png")
    rows = one_of_each(list(STAGES), SEED, 256)
    save_small(preparation.summary(rows, census(SEED, 2000), model.template), FIGURES / "01_data_preparation.png")
    people = [drawn("studio", index, GALLERY_SEED) for index in GALLERY]
    save_small(
        gallery(model, people, named_motion("walk", 2.0, 12.0)),
        PICTURES / "avatars.png",
    )
    avatar = model.reconstruct(cut_out_people(pictures, finder))
    save_small(panel_picture(avatar), FIGURES / "05_interactive_avatar.png")
    save_small(
        from_photographs.summary(
            model, pictures, [finder(x) for x in pictures], float(model.template.stature(load_example().betas))
        ),
        FIGURES / "06_from_photographs.png",
    )


if __name__ == "__main__":
    main()
