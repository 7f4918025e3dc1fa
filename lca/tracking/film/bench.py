"""`lca bench track`: what a frame of a film costs, part by part, with the shipped example's photos as frames."""

from pathlib import Path
from typing import Any

from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.model.checkpoint import load_model
from lca.timing import seconds
from lca.tracking.film.follow import solved
from lca.tracking.film.trial import ALONE
from lca.tracking.film.watched import observed
from lca.tracking.finder import load_people_finder
from lca.tracking.likeness import draft

FRAMES, FPS = 24, 30.0


def bench(checkpoint: Path | None, repeats: int) -> dict[str, Any]:
    """Milliseconds a frame, medians of `repeats`: to find the person, to read the pixels, to solve the pose alone, and all poses
    together; and how many frames a second that makes.

    Raises:
        UserError: the networks that find people are missing.
    """
    model, finder = load_model(checkpoint), load_people_finder()
    pictures = read_pictures(load_example().photos)
    seen = [(picture, person) for picture in pictures if (person := finder.look(picture)) is not None]
    betas = draft(model, [picture for picture, _ in seen], [person for _, person in seen]).solution.betas
    frames = (observed(seen, model, betas) * FRAMES)[:FRAMES]
    parts = {
        "find_ms": seconds(lambda: [finder.look(picture) for picture in pictures], repeats) / len(pictures),
        "read_ms": seconds(lambda: observed(seen, model, betas), repeats) / len(seen),
        "alone_ms": seconds(lambda: solved(frames, betas, model.template, FPS, ALONE), repeats) / FRAMES,
        "all_ms": seconds(lambda: solved(frames, betas, model.template, FPS), repeats) / FRAMES,
    }
    parts["together_ms"] = parts["all_ms"] - parts["alone_ms"]
    whole = parts["find_ms"] + parts["read_ms"] + parts.pop("all_ms")
    return {
        "frames": FRAMES,
        **{name: round(1e3 * took, 1) for name, took in parts.items()},
        "fps": round(1 / whole, 2),
    }
