"""What a study is: rows, each trained through a chain of stages, on worlds of a size. YAML, checked when it is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from jsonargparse import ArgumentError, ArgumentParser

from lca.errors import UserError
from lca.ranges import check_number, check_numbers
from lca.training.config_text import check_override, config_values
from lca.world.folders.builder import Build

STUDIES = Path(__file__).parents[2] / "configs" / "studies"
Design = TypeVar("Design")

SCHEME = ("pretrain", "posttrain")
"""Stages that schemes are made of."""
HEADS = ("garments", "relight")
"""Stages that teach one head, and nothing else, of what they start from."""


@dataclass(frozen=True)
class Link:
    """One stage of a chain; it starts from what the stage before it made, the first from random weights."""

    stage: str
    """pretrain, posttrain, garments or relight: the size's config of that name."""
    data: list[str]
    """Training worlds of the size, by name."""
    share: float = 1.0
    """Of the size's steps."""
    overrides: list[str] = field(default_factory=list)
    """As on the command line: `--model.gamma=0.3`."""

    def __post_init__(self):
        """Raises: UserError."""
        if self.stage not in SCHEME + HEADS:
            raise UserError(f"expected a stage of {', '.join(SCHEME + HEADS)}, got {self.stage!r}: choose one of them")
        if not self.data:
            raise UserError("expected at least one world in data, got none: name one of the size's")
        check_number("share", self.share, 1e-6, 100.0)
        for override in self.overrides:
            check_override(override)


@dataclass(frozen=True)
class Measure:
    """A score of `lca.training.stage_probes` that a study asks for instead of PSNR."""

    name: str
    """As it stands in the table, unit included."""
    world: str
    """One of the size's probed worlds."""
    score: str
    """group.score, as in report.json of an evaluation: garments.gain."""


@dataclass(frozen=True)
class Trial:
    """One row of the table."""

    name: str
    chain: list[Link]
    paper: dict[str, float] = field(default_factory=dict)
    """The paper's PSNR by test world, where it says one."""
    photos: int | None = None
    """Photos a person in evaluation, if they are not the size's."""

    def __post_init__(self):
        """Raises: UserError."""
        if not self.chain:
            raise UserError(f"expected at least one stage in the chain of {self.name!r}, got none")
        if self.chain[0].stage != "pretrain":
            raise UserError(
                f"expected the chain of {self.name!r} to begin with pretrain, which starts from random weights"
            )
        if self.photos is not None:
            check_number(f"photos of {self.name!r}", self.photos, 1, 16)


@dataclass(frozen=True)
class Study:
    """A table of the paper."""

    name: str
    asks: str
    """The question, in a line."""
    table: str
    """Where the paper answers it."""
    best: str
    """The paper's best row: the others are compared with it, person by person."""
    rows: list[Trial]
    seeds: int = 3
    measures: list[Measure] = field(default_factory=list)
    """What is measured against the number of people in pretraining; by default PSNR of every row."""

    def __post_init__(self):
        """Raises: UserError."""
        names = [row.name for row in self.rows]
        if len(set(names)) < len(names) or self.best not in names:
            raise UserError(f"expected rows of different names, {self.best!r} among them, got {', '.join(names)}")
        check_number("seeds", self.seeds, 1, 100)

    def only(self, names: Iterable[str]) -> list[Trial]:
        """Rows by name, all if none is named. Raises: UserError."""
        wanted, known = list(names), {row.name: row for row in self.rows}
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise UserError(f"expected rows among {', '.join(known)}, got {unknown[0]!r}: choose some of them")
        return [known[name] for name in wanted] or self.rows


@dataclass(frozen=True)
class Size:
    """How large the networks and worlds of a study are; every study runs at every size."""

    steps: int
    """Of a whole row: a chain's shares are of them; heads have theirs on top."""
    configs: dict[str, str]
    """Stage -> its config, a path from the repository's top."""
    train: dict[str, Build]
    """Worlds to train on; their training split is used."""
    test: dict[str, Build]
    """Worlds of other seeds to measure PSNR on, all splits."""
    probed: dict[str, Build] = field(default_factory=dict)
    """Worlds of other seeds to measure what emerges on, all splits."""
    photos: int = 4
    """A person in evaluation."""
    targets: int = 2
    """Frames to be reconstructed in evaluation."""

    def __post_init__(self):
        """Raises: UserError."""
        check_numbers(self, {"steps": (1, 10**9), "photos": (1, 16), "targets": (1, 1000)})
        if self.configs.keys() != {*SCHEME, *HEADS}:
            raise UserError(f"expected configs of {', '.join(SCHEME + HEADS)}, got {', '.join(self.configs)}")
        seeds = {(world.stage, world.seed) for world in self.train.values()}
        both = [
            name for name, world in [*self.test.items(), *self.probed.items()] if (world.stage, world.seed) in seeds
        ]
        if both:
            raise UserError(f"expected people to be tested on whom nobody trained on, got the same seed for {both[0]}")

    @property
    def pixels(self) -> int:
        """Of a training photo's side."""
        return next(iter(self.train.values())).size

    def shrink_of(self, world: Build) -> int:
        """So many pixels along a side of a test world's pictures become one: what is left is as large as in training."""
        return max(1, self.shrink * world.size // self.pixels)

    @property
    def shrink(self) -> int:
        """So many pixels of a training photo along a side become one."""
        path = self.config("pretrain")
        return config_values(path.read_text(), str(path))["data"].get("shrink", 1)

    def worlds_of(self, rows: Iterable[Trial]) -> dict[str, Build]:
        """The worlds that some rows train on."""
        return {name: self.train[name] for row in rows for link in row.chain for name in link.data}

    def config(self, stage: str) -> Path:
        """The config of a stage."""
        return STUDIES.parents[1] / self.configs[stage]


def known_studies() -> list[str]:
    """Names of the studies."""
    return sorted(path.stem for path in STUDIES.glob("*.yaml"))


def read_study(name: str, seeds: int | None = None) -> Study:
    """A study by name, with other `seeds` if they are given. Raises: UserError."""
    if name not in known_studies():
        raise UserError(f"expected a study among {', '.join(known_studies())}, got {name!r}: see `lca study list`")
    values = _values(STUDIES / f"{name}.yaml") | {"name": name} | ({"seeds": seeds} if seeds else {})
    return _parsed(Study, values, f"study {name}")


def read_size(name: str) -> Size:
    """A size by name. Raises: UserError."""
    known = sorted(path.stem for path in (STUDIES / "sizes").glob("*.yaml"))
    if name not in known:
        raise UserError(f"expected a size among {', '.join(known)}, got {name!r}: choose one of them")
    return _parsed(Size, _values(STUDIES / "sizes" / f"{name}.yaml"), f"size {name}")


def _values(path: Path) -> dict:
    return config_values(path.read_text(), str(path))


def _parsed(kind: type[Design], values: dict, what: str) -> Design:
    """Nested mappings -> dataclasses. Raises: UserError."""
    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument("--it", type=kind)
    try:
        return parser.instantiate(parser.parse_object({"it": values})).it
    except UserError:
        raise
    except (ArgumentError, ValueError, TypeError, yaml.YAMLError) as error:
        raise UserError(f"expected a valid {what}, got {str(error)[:300]}") from error


def setting(study: Study, size: Size) -> dict[str, Any]:
    """What every report says of a study at a size, in plain values."""
    return {
        "study": study.name,
        "asks": study.asks,
        "table": study.table,
        "best": study.best,
        "steps": size.steps,
        "seeds": study.seeds,
        "photos": size.photos,
    }
