"""Sizes of the world: how many people each stage gets, and from which seed.

As in the paper, one stage is broad (people in the wild) and the others are deep (many views of fewer people).
"""

from dataclasses import dataclass

from lca.errors import UserError
from lca.world.folders.builder import Build
from lca.world.stages.capture import STAGES

BROAD = "wild"


@dataclass(frozen=True)
class Preset:
    """People of the broad stage, people of every other stage, and the cores that it is planned for."""

    broad: int
    deep: int
    cores: int


PRESETS = {
    "tiny": Preset(broad=8, deep=3, cores=2),
    "small": Preset(broad=480, deep=60, cores=2),
    "large": Preset(broad=1_000_000, deep=3_000, cores=512),
}


def builds(preset: str, size: int = 256) -> dict[str, Build]:
    """What `preset` builds of every stage: stage -> build. The seed is the stage's place in the table, from 1.

    Raises:
        UserError: an unknown preset, or a picture size that no build takes.
    """
    if preset not in PRESETS:
        raise UserError(f"expected a preset among {', '.join(PRESETS)}, got {preset!r}: choose one of them")
    people = PRESETS[preset]
    return {
        stage: Build(stage, people.broad if stage == BROAD else people.deep, seed, size)
        for seed, stage in enumerate(STAGES, 1)
    }
