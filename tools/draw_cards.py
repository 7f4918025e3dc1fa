"""Draw data_cards/pictures/*.png, the pictures of the data cards: make figures."""

from pathlib import Path

from PIL import Image

from lca.lab.figures import save_small
from lca.world.drape_strip import drape_strip

PICTURES = Path(__file__).resolve().parents[1] / "data_cards" / "pictures"
WALKER = 9
"""Seed of the person on the runway's card."""


def main() -> None:
    """Draw all of them."""
    save_small(Image.fromarray(drape_strip(WALKER)), PICTURES / "runway.png")


if __name__ == "__main__":
    main()
