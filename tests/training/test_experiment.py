"""Both stages on a tiny world: they learn, resume exactly, and hand over a model."""

import logging
import re
import subprocess
import sys

import pytest
import torch

from lca.__main__ import main
from lca.errors import UserError
from lca.lab.event_files import scalars
from lca.model.checkpoint import load_model
from lca.training.experiment import experiment
from lca.training.posttrain import Posttrain
from tests.world.captures import built

QUIET = ("--trainer.accelerator=cpu", "--trainer.enable_progress_bar=false", "--trainer.enable_model_summary=false")


def pretraining(folder, steps, *extra):
    return experiment(
        "pretrain",
        "configs/tiny_pretrain.yaml",
        f"--data.folders=[{built('wild')}]",
        f"--trainer.default_root_dir={folder}",
        f"--trainer.max_steps={steps}",
        "--trainer.limit_val_batches=0",
        "--model.correspondence_steps=1",
        *QUIET,
        *extra,
    )


def weights(run) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in run.module.parameters()])


def test_a_precision_of_the_trainer_is_refused_for_networks_choose_their_own(tmp_path):
    with pytest.raises(UserError, match=r"bf16-mixed.*LCA_NUMBER_FORMAT"):
        pretraining(tmp_path, 1, "--trainer.precision=bf16-mixed").fit()


def test_a_killed_run_resumes_exactly(tmp_path, monkeypatch):
    monkeypatch.setattr("lca.training.experiment.CHECKPOINT_STEPS", 2)
    whole = pretraining(tmp_path / "whole", 4)
    whole.fit()
    killed = pretraining(tmp_path / "killed", 4)
    step, calls = killed.module.training_step, []

    def until_killed(batch, batch_idx: int):
        calls.append(batch_idx)
        if len(calls) > 3:
            raise ConnectionError("killed")
        return step(batch, batch_idx)

    killed.module.training_step = until_killed
    with pytest.raises(ConnectionError):
        killed.fit()
    resumed = pretraining(tmp_path / "killed", 4)
    resumed.fit()
    assert resumed.trainer.global_step == 4
    assert torch.equal(weights(resumed), weights(whole))


def test_lightning_and_tensorboard_say_what_concerns_the_run_alone(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    pretraining(tmp_path, 1).fit()
    said = caplog.text
    assert "max_steps=1` reached" in said
    assert not any(line in said for line in ("litlogger", "GPU available", "Seed set", "weights_only"))
    logged = scalars(tmp_path)
    assert len(logged["loss"][1]) == 1 and "hp_metric" not in logged


def test_a_term_of_ones_own_is_minimised_and_logged(tmp_path):
    run = pretraining(tmp_path, 2)
    before = weights(run)
    run.module.own_terms["size"] = lambda batch, done: 1e5 * done.canonical.scales.mean()
    run.fit()
    logged = scalars(tmp_path)
    (size,) = logged["train/size"][1]  # the first step is correspondence's alone
    assert size == pytest.approx(logged["loss"][1][1], rel=0.05) and not torch.equal(weights(run), before)


def test_a_loss_that_is_no_number_names_the_term_the_step_and_the_people(tmp_path, monkeypatch):
    run = pretraining(tmp_path, 3, "--trainer.accumulate_grad_batches=2")
    monkeypatch.setattr("lca.training.objective.acap", lambda *_: (torch.tensor(torch.nan), torch.tensor(0.0)))
    with pytest.raises(UserError, match=r"finite loss, got nan for acap at step 1, of (wild-\d+), \1: lower"):
        run.fit()


def test_two_processes_train_as_one_that_takes_their_batches_in_turn(tmp_path):
    """Two ranks (gloo) of one person a step, against one process that accumulates two."""
    pretraining(tmp_path / "one", 3, "--trainer.accumulate_grad_batches=2").fit()
    options = [f"--data.folders=[{built('wild')}]", f"--trainer.default_root_dir={tmp_path / 'two'}"]
    options += ["--trainer.max_steps=3", "--trainer.limit_val_batches=0", "--model.correspondence_steps=1", *QUIET]
    options += ["--trainer.devices=2", "--trainer.strategy=ddp_find_unused_parameters_true"]
    command = [sys.executable, "-m", "lca", "pretrain", "fit", "--config", "configs/tiny_pretrain.yaml", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    one, two = (load_model(tmp_path / name / "model.safetensors").state_dict() for name in ("one", "two"))
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, atol=2e-3, rtol=2e-3, msg=name)


def test_posttraining_starts_from_the_pretrained_model_and_decays_by_layer(tmp_path):
    model = pretraining(tmp_path / "pre", 1).fit()
    run = experiment(
        "posttrain",
        "configs/tiny_posttrain.yaml",
        f"--model.init={model}",
        f"--data.folders=[{built('wild')}]",
        f"--trainer.default_root_dir={tmp_path / 'post'}",
        "--trainer.max_steps=1",
        "--trainer.limit_val_batches=0",
        *QUIET,
    )
    assert isinstance(run.module, Posttrain)
    before = load_model(model).state_dict()
    for name, value in run.module.network.state_dict().items():
        torch.testing.assert_close(value, before[name], msg=name)
    assert len(run.module.parameter_groups()) > 5
    assert load_model(run.fit()).config == load_model(model).config


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pretrain", "fit"], "expected `lca pretrain fit --config FILE`"),
        (["pretrain", "fit", "--config", "nowhere.yaml"], "no such file: nowhere.yaml"),
        (["pretrain", "fit", "--config", "configs/tiny_pretrain.yaml", "--model.netwrk=1"], "netwrk"),
        (["posttrain", "fit", "--config", "configs/tiny_posttrain.yaml", "--model.init=nowhere"], "no such file"),
        (["posttrain", "fit", "--config", "configs/tiny_posttrain.yaml", "--model.gamma=2"], "gamma in \\[0, 1\\]"),
        (["evaluate", "--data", "nowhere", "--out", "out"], "expected"),
    ],
)
def test_bad_input_is_one_line(arguments, message, capfd):
    assert main(arguments) == 2
    error = capfd.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert re.search(message, error[0])


def test_misspelt_key_in_a_config_file(tmp_path, capfd):
    config = tmp_path / "wrong.yaml"
    config.write_text("model:\n  optimizer:\n    lrr: 0.1\ndata:\n  folders: [x]\n")
    assert main(["pretrain", "fit", "--config", str(config)]) == 2
    assert "lrr" in capfd.readouterr().err


@pytest.mark.parametrize(("steps", "asked", "every"), [(10, None, 1), (300, None, 15), (7100, None, 50), (300, 7, 7)])
def test_short_runs_log_often_enough_to_be_seen(tmp_path, steps, asked, every):
    extra = () if asked is None else (f"--trainer.log_every_n_steps={asked}",)
    trainer = pretraining(tmp_path, steps, *extra).trainer
    assert trainer.log_every_n_steps == every  # pyright: ignore[reportAttributeAccessIssue]
