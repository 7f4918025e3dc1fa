"""Draw notebooks/figures/*.png, the pictures that readers see without running a notebook: make figures."""

from pathlib import Path

from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.lab.figures import save_small
from lca.lab.tour import summary
from lca.model.checkpoint import load_model
from lca.model.matting import load_matting
from lca.world.motion import named_motion

FIGURES = Path(__file__).resolve().parents[1] / "notebooks" / "figures"


def main() -> None:
    """Draw all of them."""
    pictures = read_pictures(load_example().photos)
    walking = named_motion("walk", seconds=1.0, fps=8.0)
    save_small(summary(load_model(), load_matting(), pictures, walking), FIGURES / "00_tour.png")


if __name__ == "__main__":
    main()
