"""A study from beginning to end: worlds, runs, scores, report."""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from lca.errors import UserError
from lca.studies.design import Size, Study, Trial
from lca.studies.emergence import emergence_of
from lca.studies.intervals import mean_and_interval95, table
from lca.studies.report import Finding, report_of, write_report
from lca.studies.runs import TrainingRun, is_done, read_run, runs_of, train
from lca.studies.scoring import People, bare_scores, exams, probed_exams, probed_scores, scores_of
from lca.studies.worlds import ready, world_folder
from lca.world.folders.builder import Build


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Meanwhile Lightning says nothing but errors."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            yield
    finally:
        logger.setLevel(level)


@dataclass(frozen=True)
class Campaign:
    """A study at a size, in a folder which holds worlds and runs of other studies too."""

    study: Study
    size_name: str
    size: Size
    rows: Sequence[Trial]
    out: Path

    def runs(self) -> list[TrainingRun]:
        """Every run once, seed after seed, in an order in which they can be trained."""
        every = [run for seed in range(self.study.seeds) for row in self.rows for run in runs_of(row, self.size, seed)]
        return list({run.name: run for run in every}.values())

    def waiting(self) -> list[TrainingRun]:
        """Runs that are not done."""
        return [run for run in self.runs() if not is_done(run, self.out)]

    def worlds(self) -> dict[str, str]:
        """Build what is missing of the worlds that the study needs; world -> the version of the code that drew it."""
        used = dict.fromkeys(name for run in self.runs() for name in run.link.data)
        needed = [self.size.train[name] for name in used] + list(self.tested.values())
        data = self.out / "data"
        return {world_folder(world, data).name: ready(world, data).code for world in needed}

    @property
    def tested(self) -> dict[str, Build]:
        """The worlds that rows are measured on."""
        names = {measure.world for measure in self.study.measures}
        return {name: self.size.probed[name] for name in self.size.probed if name in names} or self.size.test

    def conduct(self) -> Path:
        """Train what is missing, measure, report; returns the Markdown file.

        Raises:
            UserError: what a config, a world or a checkpoint has wrong.
            StoppedBySignal: Ctrl-C or SIGTERM; the last step is saved, and the same command goes on.
        """
        worlds, waiting = self.worlds(), self.waiting()
        bar = tqdm(total=sum(run.steps for run in waiting), unit="step", desc=self.study.name, smoothing=0.05)
        with bar, quiet_lightning():
            for place, run in enumerate(waiting, 1):
                bar.set_postfix_str(f"run {place} of {len(waiting)}: {run.link.stage}, seed {run.seed}")
                self.train_once(run, bar.update)
        return self.report(worlds)

    def train_once(self, run: TrainingRun, tell: Callable[[int], Any]) -> None:
        """Train a run, unless another process has done it meanwhile: studies may run beside each other."""
        if is_done(run, self.out):
            tell(run.steps)
        else:
            train(run, self.out, tell)

    def report(self, worlds: dict[str, str]) -> Path:
        """Measure what is trained and write the report; returns the Markdown file.

        Raises:
            UserError: a run is not done.
        """
        if missing := self.waiting():
            raise UserError(
                f"expected {len(self.runs())} runs in {self.out}, {len(missing)} are not done: leave --report-only out"
            )
        facts = {"size": self.size_name, "world_code": worlds, "training": self.cost()}
        rows = tqdm(self.rows, unit="row", desc="scores")
        if self.study.measures:
            found = [self.probed(row) for row in rows]
            report = emergence_of(self.study, self.size, self.rows, found, facts)
        else:
            found = [self.finding(row) for row in rows]
            report = report_of(self.study, self.size, found, {**facts, "bare_body": self.bare_body()})
        return write_report(report, self.out / "reports" / self.size_name)

    def bare_body(self) -> dict[str, dict[str, Any]]:
        """PSNR of bare bodies in their photos' mean colour: world -> mean and interval over people."""
        model = self.runs()[0].folder(self.out) / "model.safetensors"
        found = {world: bare_scores(model, exam, self.out / "data") for world, exam in exams(self.size).items()}
        return {world: mean_and_interval95(table([people], "psnr_fg")[1]) for world, people in found.items()}

    def cost(self) -> dict[str, int | float]:
        """Runs, their steps, and minutes by the clock."""
        runs = self.runs()
        minutes = sum(run.steps * read_run(run, self.out)["step_seconds"] for run in runs) / 60
        return {"runs": len(runs), "steps": sum(run.steps for run in runs), "minutes": round(minutes, 1)}

    def finding(self, row: Trial) -> Finding:
        """The scores of a row: world -> one table of people for each seed."""
        models, data = self.models(row), self.out / "data"
        asked = exams(self.size, row.photos).items()
        return Finding(row, {world: [scores_of(model, exam, data) for model in models] for world, exam in asked})

    def probed(self, row: Trial) -> dict[str, list[People]]:
        """What emerges in a row: probed world -> one table of people for each seed."""
        models, data = self.models(row), self.out / "data"
        asked = {world: exam for world, exam in probed_exams(self.size).items() if world in self.tested}
        return {world: [probed_scores(model, exam, data) for model in models] for world, exam in asked.items()}

    def models(self, row: Trial) -> list[Path]:
        """The model file that a row ends with, for each seed."""
        runs = [runs_of(row, self.size, seed)[-1] for seed in range(self.study.seeds)]
        return [run.folder(self.out) / "model.safetensors" for run in runs]
