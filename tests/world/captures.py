"""Tiny folders of captures, built once for all tests that read them."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from lca.world.folders.builder import Build, build

SIZE = 96
PEOPLE = {"wild": 3, "studio": 1, "stylised": 1, "runway": 3, "lightstage": 3}


@functools.cache
def built(stage: str) -> Path:
    """PEOPLE of `stage` (the first is for testing), made by one worker. Tests must not write into it."""
    folder = Path(tempfile.mkdtemp(prefix=f"captures-{stage}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    build(Build(stage, PEOPLE[stage], seed=5, size=SIZE), folder, workers=1)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under `folder` by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
