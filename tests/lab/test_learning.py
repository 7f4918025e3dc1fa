"""A run that is watched: what is shown is what was learned, and looking changes nothing."""

import pytest
import torch
import yaml

from lca.errors import UserError
from lca.formats.shards import read_manifest
from lca.lab import held_out, learning
from lca.lab.event_files import scalars
from lca.lab.learning import Watch, failing, measured, moments, terms
from lca.training.experiment import experiment
from tests.house.tree import ROOT
from tests.world.captures import built

STEPS = 2


def tiny(folder, *extra):
    return experiment(
        "pretrain",
        "configs/tiny_pretrain.yaml",
        f"--data.folders=[{built('wild')}]",
        f"--trainer.default_root_dir={folder}",
        f"--trainer.max_steps={STEPS}",
        f"--trainer.val_check_interval={STEPS}",
        "--model.correspondence_steps=1",
        "--trainer.accelerator=cpu",
        "--trainer.enable_progress_bar=false",
        "--trainer.enable_model_summary=false",
        *extra,
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """(run, its watch, its folder)."""
    folder = tmp_path_factory.mktemp("watched")
    run = tiny(folder)
    watch = learning.watched(run, pictures=2, height=40)
    run.fit()
    return run, watch, folder


def test_curves_hold_the_terms_that_each_step_had(seen):
    _, watch, _ = seen
    assert watch.curves["coarse"][0] == [1] and watch.curves["driven"][0] == [2]
    drawn = {trace.name: (list(trace.x), list(trace.y)) for trace in watch.chart.figure.data}
    assert drawn == watch.curves


def test_a_short_run_logs_every_step_and_is_read_back(seen):
    _, watch, folder = seen
    logged = scalars(folder)
    assert logged["loss"][0] == [0, 1]  # Lightning counts the steps before
    assert logged["train/driven"][1][-1] == pytest.approx(watch.curves["driven"][1][0], rel=1e-6)
    with pytest.raises(UserError, match="expected event files of a run, got none"):
        scalars(folder / "nowhere")


def test_pictures_are_of_the_start_and_of_the_end(seen):
    run, watch, _ = seen
    first, last = watch.looks
    assert (first.step, last.step) == (0, STEPS)
    assert torch.equal(first.truth, last.truth) and not torch.equal(first.driven, last.driven)
    assert first.above(40).height == 2 * 40 + 6
    plain = watch.strip(height=40)
    assert watch.strip(("again", run.module.network), height=40).width == plain.width + 46
    with pytest.raises(UserError, match="fit one that is not finished"):
        Watch().strip()


def test_looking_changes_nothing(seen, tmp_path):
    alone = tiny(tmp_path)
    alone.fit()
    for one, other in zip(alone.module.parameters(), seen[0].module.parameters(), strict=True):
        assert torch.equal(one, other)
    assert measured(alone) == measured(seen[0]) and measured(alone)["psnr"] > 0


def test_looks_are_denser_at_the_start():
    steps = moments(100, 6)
    assert steps == sorted(set(steps)) and steps[-1] == 100 and len(steps) == 5
    assert steps[1] - steps[0] < steps[-1] - steps[-2]
    assert moments(2, 6)[-1] == 2


def test_terms_are_those_of_the_loss(seen):
    run, watch, _ = seen
    found = terms(run.module.network, watch.batch, run.module.loss)
    assert set(found) == set(watch.curves) - {"coarse"}
    assert all(value >= 0 for name, value in found.items() if name != "correspondence")


def test_a_run_that_fails_says_why(tmp_path, monkeypatch):
    bad = tiny(tmp_path, "--trainer.limit_val_batches=0")
    monkeypatch.setattr("lca.training.pretrain.warm_up", lambda *_: {"coarse": torch.tensor(float("nan"))})
    assert "expected a finite loss, got nan" in failing(bad)


def test_a_run_without_end_is_refused(tmp_path):
    run = tiny(tmp_path, "--trainer.max_steps=-1", "--trainer.max_epochs=1")
    learning.watched(run)
    assert failing(run).startswith("UserError: expected a run of so many steps")


def test_held_out_people_are_the_same_for_every_model(seen):
    network = seen[0].module.network.eval()
    people = held_out.everybody(built("wild"))
    assert len(people) == 3 and torch.equal(people[0].betas, held_out.everybody(built("wild"))[0].betas)
    assert len(held_out.everybody(built("wild"), splits=["train"])) == 1
    assert len(held_out.everybody(built("stylised"))) == read_manifest(built("stylised")).identities, (
        "one split has all"
    )
    found = held_out.scores({"tiny": network}, {"wild": people, "first": people[:1]})["tiny"]
    each = [held_out.scores({"tiny": network}, {"one": [person]})["tiny"]["one"] for person in people]
    assert found["first"] == each[0] and found["wild"] == pytest.approx(sum(each) / 3, abs=0.02)
    sheet = held_out.side_by_side({"tiny": network}, people[:2], 40)
    assert sheet.size == (5 * 40 + 4 * 6, 2 * 40 + 6 + 18)


def test_to_the_letter_switches_off_what_the_papers_config_does():
    network = yaml.safe_load((ROOT / "configs/paper_pretrain.yaml").read_text())["model"]["network"]
    for override in learning.TO_THE_LETTER:
        name, value = override.removeprefix("--model.network.").split("=")
        asked = network
        for key in name.split("."):
            asked = asked[key]
        assert asked == yaml.safe_load(value)
    switches = [key for key, value in (network | network["template"]).items() if value is False]
    assert len(switches) + 1 == len(learning.TO_THE_LETTER)  # and the blocks between photos, a number
