"""A study from beginning to end on a tiny world: killed, gone on with, skipped when done, reported."""

import json
import logging
from dataclasses import replace

import pytest

from lca.errors import UserError
from lca.model.checkpoint import load_model
from lca.studies import conduct, runs
from lca.studies.conduct import Campaign
from lca.studies.design import Link, Measure, Size, Study, Trial
from lca.studies.worlds import ready, world_folder
from lca.world.folders.builder import Build
from tests.world.captures import PEOPLE, SIZE, built

WILD, STUDIO = (Build(stage, PEOPLE[stage], 5, SIZE) for stage in ("wild", "studio"))
QUICK = ["--trainer.accelerator=cpu", "--model.correspondence_steps=0"]
FIRST = Link("pretrain", ["wild"], 0.5, QUICK)
ROWS = [
    Trial("broad", [FIRST], {"studio": 28.0}),
    Trial(
        "broad, then deep", [FIRST, Link("posttrain", ["wild"], 0.5, ["--model.gamma=0", QUICK[0]])], {"studio": 30.5}
    ),
]
STUDY = Study("order", "does order matter?", "Table 0", "broad, then deep", ROWS, seeds=1)
CONFIGS = {"pretrain": "configs/tiny_pretrain.yaml", "posttrain": "configs/tiny_posttrain.yaml"}
CONFIGS |= {head: f"configs/micro_{head}.yaml" for head in ("garments", "relight")}
SMALLEST = Size(4, CONFIGS, {"wild": WILD}, {"studio": STUDIO}, photos=2, targets=1)


@pytest.fixture
def campaign(tmp_path) -> Campaign:
    (tmp_path / "data").mkdir()
    for world in (WILD, STUDIO):
        world_folder(world, tmp_path / "data").symlink_to(built(world.stage))
    return Campaign(STUDY, "smallest", SMALLEST, ROWS, tmp_path)


class Killed(Exception):
    """The end of a process."""


def test_a_killed_study_goes_on_and_a_done_one_is_only_reported(campaign, monkeypatch):
    monkeypatch.setattr("lca.training.experiment.CHECKPOINT_STEPS", 1)
    heard, tell = [], runs.CountSteps.on_train_batch_end

    def until_killed(counted, *arguments):
        heard.append(1)
        if len(heard) == 2:
            raise Killed
        tell(counted, *arguments)

    monkeypatch.setattr(runs.CountSteps, "on_train_batch_end", until_killed)
    with pytest.raises(Killed):
        campaign.conduct()
    first, second = campaign.runs()
    assert len(campaign.waiting()) == 2 and (first.folder(campaign.out) / "checkpoints" / "last.ckpt").is_file()
    with pytest.raises(UserError, match=r"expected 2 runs in .*, 2 are not done: leave --report-only out"):
        campaign.report({})
    path = campaign.conduct()
    assert logging.getLogger("lightning.pytorch").isEnabledFor(logging.INFO)
    assert campaign.waiting() == [] and path.parent == campaign.out / "reports" / "smallest"
    assert len(heard) in (4, 5)  # four steps, and the killed one once more at most
    report = json.loads(path.with_suffix(".json").read_text())
    assert [row["name"] for row in report["rows"]] == ["broad", "broad, then deep"]
    assert report["rows"][0]["worlds"]["studio"]["psnr_fg"]["people"] == 1
    assert list(report["world_code"]) == ["wild-3-5-96", "studio-1-5-96"]
    before, after = (load_model(run.folder(campaign.out) / "model.safetensors").state_dict() for run in (first, second))
    moved = {name.partition(".")[0] for name in before if not before[name].equal(after[name])}
    assert (
        moved <= {"decoder", "driver", "face_code", "shape"} and "decoder" in moved
    )  # gamma 0: the output layers alone
    monkeypatch.setattr(conduct, "train", None)
    assert campaign.conduct().read_text() == path.read_text()


def test_what_emerges_is_asked_of_the_last_model_of_each_row(campaign):
    head = Link("garments", ["wild"], 0.25, ["--trainer.accelerator=cpu", "--data.batch_size=1", "--data.photos=[1,2]"])
    row = Trial("everybody", [FIRST, head])
    measures = [Measure(name, "wild", f"{name}.gain") for name in ("skirts", "trousers")]
    study = Study("emergent", "does it grow?", "a figure", "everybody", [row], 1, measures)
    size = replace(SMALLEST)
    object.__setattr__(size, "probed", {"wild": WILD})  # people who were trained on, whom a size would refuse
    asked = replace(campaign, study=study, size=size, rows=[row])
    report = json.loads(asked.conduct().with_suffix(".json").read_text())
    assert list(report["world_code"]) == ["wild-3-5-96"] and [one["people"] for one in report["rows"]] == [1]
    assert sum(one["people"] for one in report["measures"]) == PEOPLE["wild"]
    told = next(one for one in report["measures"] if one["people"] > 1)
    assert len(told["rows"]) == 1 and told["per_decade"]["mean"] == 0.0
    (model,) = asked.models(row)
    assert load_model(model).garments is not None and len(list(model.parent.glob("wild-*-probed.json"))) == 1


def test_a_folder_of_another_name_is_refused(tmp_path):
    world_folder(replace(WILD, seed=6), tmp_path).symlink_to(built("wild"))
    with pytest.raises(UserError, match="expected wild-3-6-96 to be what its name says"):
        ready(replace(WILD, seed=6), tmp_path)
