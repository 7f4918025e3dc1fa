"""Training runs, each under a name that follows from everything that decides it: studies share what is equal.

What is done is skipped, what was killed goes on from its newest checkpoint. The name does not follow from the code: after a
change of it, choose another folder.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import lightning
import yaml
from lightning.pytorch.callbacks import Callback

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.studies.design import HEADS, Link, Size, Trial
from lca.studies.worlds import world_folder
from lca.training.config_text import check_config_file
from lca.training.experiment import experiment
from lca.world.folders.builder import Build

QUIET = ("--trainer.limit_val_batches=0", "--trainer.enable_progress_bar=false", "--trainer.enable_model_summary=false")


@dataclass(frozen=True)
class TrainingRun:
    """One stage of one row with one seed, and the runs before it."""

    link: Link
    size: Size
    seed: int
    before: "TrainingRun | None" = None

    @property
    def steps(self) -> int:
        """Of this run alone."""
        return max(1, round(self.size.steps * self.link.share))

    @property
    def chain(self) -> list["TrainingRun"]:
        """This run and those before it, the first one first."""
        return [*(self.before.chain if self.before else []), self]

    @cached_property
    def described(self) -> dict[str, Any]:
        """Everything that decides the run, in plain values."""
        return {
            "stage": self.link.stage,
            "config": config_of(self.size.config(self.link.stage)),
            "overrides": list(self.link.overrides),
            "worlds": [entries_of(self.world(name)) for name in self.link.data],
            "steps": self.steps,
            "seed": self.seed,
            "before": self.before.described if self.before else None,
        }

    @cached_property
    def name(self) -> str:
        """Twelve digits of the SHA-256 of `described`."""
        text = json.dumps(self.described, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def folder(self, out: Path) -> Path:
        """Where the run lies."""
        return out / "runs" / self.name

    def world(self, name: str) -> Build:
        """A training world by name. Raises: UserError."""
        if name not in self.size.train:
            raise UserError(f"expected training worlds among {', '.join(self.size.train)}, got {name!r}")
        return self.size.train[name]

    def arguments(self, out: Path) -> list[str]:
        """The overrides of its config."""
        folders = ",".join(str(world_folder(self.world(name), out / "data")) for name in self.link.data)
        own = [
            f"--data.folders=[{folders}]",
            f"--data.seed={self.seed}",
            f"--model.optimizer.seed={self.seed}",
            f"--seed_everything={self.seed}",
            f"--trainer.max_steps={self.steps}",
            f"--trainer.default_root_dir={self.folder(out)}",
        ]
        init = [f"--model.init={self.before.folder(out) / 'model.safetensors'}"] if self.before else []
        return [*own, *init, *QUIET, *self.link.overrides]


def entries_of(world: Build) -> dict[str, Any]:
    """What decides a world, in plain values. Of whose people it is, if of its own, is not said: names of older runs stay."""
    return {name: value for name, value in asdict(world).items() if name != "people_of" or value}


@cache
def config_of(path: Path) -> dict[str, Any]:
    """The values of a config file. Raises: UserError."""
    check_config_file(path)
    return yaml.safe_load(path.read_text())


class CountSteps(Callback):
    """Tells somebody of every step, and how long it took."""

    def __init__(self, tell: Callable[[int], Any]):
        self.tell, self.steps, self.began, self.seconds = tell, 0, 0.0, 0.0

    def on_train_batch_start(self, trainer: lightning.Trainer, *_: Any) -> None:
        """The batch is loaded: loading counts as part of the step before."""
        if not self.began:
            self.began = time.perf_counter()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """One more."""
        self.steps += 1
        self.seconds = time.perf_counter() - self.began
        self.tell(1)


def runs_of(trial: Trial, size: Size, seed: int) -> list[TrainingRun]:
    """The chain of a row, the first run first; the last one's model is the row's."""
    run = None
    for link in trial.chain:
        run = TrainingRun(link, size, seed, run)
    return run.chain if run else []


def is_done(run: TrainingRun, out: Path) -> bool:
    """Whether the run has ended and left its model."""
    folder = run.folder(out)
    return (folder / "run.json").is_file() and (folder / "model.safetensors").is_file()


def read_run(run: TrainingRun, out: Path) -> dict[str, Any]:
    """What a run that is done left of itself besides the model: `name`, `run`, `step_seconds`."""
    return json.loads((run.folder(out) / "run.json").read_text())


def train(run: TrainingRun, out: Path, tell: Callable[[int], Any]) -> Path:
    """Train one run whose predecessors are done, or go on with it; returns its model file. `tell` hears of steps done.

    Raises:
        UserError: what a config, a world or a checkpoint has wrong.
        StoppedBySignal: Ctrl-C or SIGTERM; the last step is saved.
    """
    folder, counted = run.folder(out), CountSteps(tell)
    job = experiment(
        "heads" if run.link.stage in HEADS else run.link.stage, run.size.config(run.link.stage), *run.arguments(out)
    )
    job.trainer.callbacks.append(counted)  # pyright: ignore[reportAttributeAccessIssue]
    model = job.fit()
    tell(run.steps - counted.steps)
    done = {"name": run.name, "run": run.described, "step_seconds": counted.seconds / max(counted.steps, 1)}
    with writing(folder / "run.json") as temporary:
        temporary.write_text(json.dumps(done, indent=1) + "\n")
    return model
