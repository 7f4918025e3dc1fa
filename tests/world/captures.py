"""Tiny folders of captures, built once in a run for all tests that read them, whichever process they run in."""

from functools import cache
from pathlib import Path

from lca.world.folders.builder import Build, build
from tests.shared import shared

SIZE = 96
PEOPLE = {"wild": 3, "studio": 1, "stylised": 1, "runway": 3, "lightstage": 3}


@cache
def built(stage: str) -> Path:
    """PEOPLE of `stage` (the first is for testing), made by one worker. Tests must not write into it."""
    with shared(f"captures-{stage}") as folder:
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            build(Build(stage, PEOPLE[stage], seed=5, size=SIZE), unfinished, workers=1)
            unfinished.rename(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under `folder` by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
