"""No step is lost: not to a moved folder, a second fit, a signal, a damaged checkpoint or a second trainer."""

import logging
import os
import re
import signal

import pytest
import torch

from lca.__main__ import main
from lca.errors import UserError
from lca.formats.atomic import only_writer
from lca.formats.checkpoints import LAST, write_checkpoint
from lca.model.checkpoint import load_model
from lca.stopping import StoppedBySignal
from tests.training.test_experiment import pretraining
from tests.world.captures import built


@pytest.fixture
def each_step(monkeypatch):
    """A checkpoint after every step."""
    monkeypatch.setattr("lca.training.experiment.CHECKPOINT_STEPS", 1)


def counting(run) -> list[int]:
    """The steps that a run takes from now on."""
    step, taken = run.module.training_step, []

    def counted(batch, batch_idx: int):
        taken.append(run.trainer.global_step)
        return step(batch, batch_idx)

    run.module.training_step = counted
    return taken


def model_of(folder) -> dict[str, torch.Tensor]:
    return load_model(folder / "model.safetensors").state_dict()


def same(left, right) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def test_a_moved_run_goes_on_and_a_finished_one_keeps_its_averaged_weights(tmp_path, each_step, caplog):
    pretraining(tmp_path / "here", 2).fit()
    there = (tmp_path / "here").rename(tmp_path / "there")
    for steps, expected in ((4, [2, 3]), (6, [4, 5])):
        run = pretraining(there, steps)
        taken = counting(run)
        run.fit()
        assert taken == expected
    assert sorted(file.name for file in (there / "checkpoints").iterdir()) == ["last-previous.ckpt", LAST]
    averaged = model_of(there)
    raw = torch.load(there / "checkpoints" / LAST, weights_only=True)["current_model_state"]
    assert any(not torch.equal(averaged[name].half(), raw[f"network.{name}"].half()) for name in averaged)
    for gone in (False, True):
        if gone:  # killed between the last checkpoint and the model
            (there / "model.safetensors").unlink()
        again = pretraining(there, 6)
        taken = counting(again)
        with caplog.at_level(logging.WARNING):
            again.fit()
        assert taken == [] and same(model_of(there), averaged)
        assert f"{there} is finished, at step 6: raise trainer.max_steps to go on" in caplog.text


def test_the_last_step_is_saved_whatever_the_interval(tmp_path):
    run = pretraining(tmp_path, 2)
    run.fit()
    assert torch.load(run.keeper.path, weights_only=True)["global_step"] == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_when_the_step_is_saved(number, code, tmp_path, capsys, monkeypatch):
    run = pretraining(tmp_path, 9)
    step = run.module.training_step

    def asked(batch, batch_idx: int):
        if batch_idx == 1:
            os.kill(os.getpid(), number)
        return step(batch, batch_idx)

    run.module.training_step = asked
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("lca.training.experiment.experiment", lambda *_: run)
    try:
        assert main(["pretrain", "fit", "--config", "x.yaml"]) == code
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == (
            signal.default_int_handler,
            before[1],
        )
    finally:
        signal.signal(signal.SIGINT, before[0])
    assert capsys.readouterr().err.splitlines()[-1] == "lca: stopped after step 2, which is saved: fit again to go on"
    saved = torch.load(run.keeper.path, weights_only=True)
    assert saved["global_step"] == 2
    averaged = {name.removeprefix("network."): value for name, value in saved["state_dict"].items()}
    for name, value in model_of(tmp_path).items():
        torch.testing.assert_close(value, averaged[name], atol=1e-3, rtol=1e-3)


def test_a_second_ctrl_c_ends_at_once(tmp_path):
    run = pretraining(tmp_path, 9)

    def impatient(batch, batch_idx: int):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        return torch.zeros(())

    run.module.training_step = impatient
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(StoppedBySignal) as stopped:
            run.fit()
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.value.code == 130 and "go on from step 0" in stopped.value.message


def test_two_trainings_do_not_share_a_folder(tmp_path):
    run = pretraining(tmp_path, 1)
    with only_writer(tmp_path), pytest.raises(UserError, match="to be free, got another process writing into it"):
        run.fit()


def spoil_both(folder):
    for path in folder.glob("*.ckpt"):
        path.write_bytes(path.read_bytes()[:1000])


def of_matting(folder):
    write_checkpoint({"network": {}, "average": {}, "steps": 3}, folder / LAST)


def of_another_network(folder):
    saved = torch.load(folder / LAST, weights_only=True)
    saved["state_dict"]["network.more"] = torch.zeros(3)
    write_checkpoint(saved, folder / LAST)


def of_another_stage(folder):
    saved = torch.load(folder / LAST, weights_only=True)
    saved["hyper_parameters"]["gamma"] = 0.8
    write_checkpoint(saved, folder / LAST)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_both, r"expected a whole checkpoint, got a damaged or foreign file: .*last.*\.ckpt; remove it$"),
        (of_matting, r"counts its global_step, got another program's: .*last\.ckpt"),
        (of_another_network, r"of this stage and network, got another one's: .*last\.ckpt; choose another trainer\."),
        (of_another_stage, "of this stage and network, got another one's"),
    ],
)
def test_a_checkpoint_that_is_not_the_runs_is_one_line(spoil, says, trained, tmp_path, capfd):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "checkpoints").mkdir()
    for name in (LAST, "last-previous.ckpt"):
        (folder / "checkpoints" / name).write_bytes(trained)
    spoil(folder / "checkpoints")
    arguments = [f"--data.folders=[{built('wild')}]", f"--trainer.default_root_dir={folder}"]
    assert main(["pretrain", "fit", "--config", "configs/tiny_pretrain.yaml", *arguments, *LIKE_TRAINED]) == 2
    error = [line for line in capfd.readouterr().err.splitlines() if line.startswith("lca: error")]
    assert len(error) == 1 and re.search(says, error[0])


LIKE_TRAINED = ("--trainer.accelerator=cpu", "--trainer.enable_progress_bar=false", "--trainer.max_steps=1")


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> bytes:
    """The checkpoint of a run of one step."""
    run = pretraining(tmp_path_factory.mktemp("trained"), 1)
    run.fit()
    return run.keeper.path.read_bytes()
