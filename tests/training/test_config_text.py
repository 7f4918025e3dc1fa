"""A config that is none is one line, at once: nests, names that multiply, other files, and a trainer that cannot be."""

import time
from pathlib import Path

import pytest
import yaml

from lca.errors import UserError
from lca.training.experiment import experiment

TINY = yaml.safe_load(Path("configs/tiny_pretrain.yaml").read_text())
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, r"without aliases, got \*a in .*c\.yaml: write the value out"),
        ("a: " + "[" * 5000, r"at most 16 levels in a config, got more in .*c\.yaml"),
        ("#" * (1 << 20) + "\n", "a config of at most 1048576 bytes"),
        ("a: b: c\n", r"a config in YAML, got something else in .*c\.yaml"),
        ("\0", "a config in YAML, got something else"),
        (b"\xff\xfe\x00", "a config in UTF-8"),
        ("- 1\n", "expected a config of model, data, trainer"),
        ("", "expected a config of model, data, trainer"),
    ],
)
def test_a_file_that_is_no_config(text, says, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    started = time.monotonic()
    with pytest.raises(UserError, match=says) as error:
        experiment("pretrain", path)
    assert time.monotonic() - started < 5 and "\n" not in str(error.value) and len(str(error.value)) < 2000


@pytest.mark.parametrize(
    ("section", "value", "says"),
    [
        ("trainer", 7, "trainer"),
        ("model", [1], "model"),
        ("data", "x", "data"),
        ("trainer", {"max_steps": -7}, r"trainer\.max_steps from -1 to 1000000000, got -7"),
        ("trainer", {"accumulate_grad_batches": 0}, r"trainer\.accumulate_grad_batches from 1"),
        ("trainer", {"val_check_interval": float("nan")}, r"trainer\.val_check_interval from .* got nan"),
        ("trainer", {"devices": 10**6, "accelerator": "cpu"}, r"trainer\.devices from -1 to 1024, got 1000000"),
        ("trainer", {"precision": 7}, r"trainer\.precision"),
        ("trainer", {"strategy": "abc"}, "invalid strategy name"),
        ("trainer", {"enable_checkpointing": False}, "enable_checkpointing"),
        ("seed_everything", -1, "-1 is not in bounds"),
        ("model", {"network": {"fusion": {"heads": 5}}}, r"expected fusion\.heads that divide fusion\.width"),
        ("model", {"optimizer": {"lr": float("nan")}}, r"expected model\.optimizer\.lr from .* got nan"),
    ],
)
def test_values_that_make_no_run(section, value, says, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(
        yaml.safe_dump({**TINY, section: {**TINY.get(section, {}), **value} if isinstance(value, dict) else value})
    )
    with pytest.raises(UserError, match=says) as error:
        experiment("pretrain", path)
    assert "\n" not in str(error.value) and len(str(error.value)) < 2000


def test_a_device_that_is_not_here(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(UserError, match=r"expected a valid config, got an error in .*gpu"):
        experiment("pretrain", "configs/tiny_pretrain.yaml", "--trainer.accelerator=gpu")


def test_a_section_is_no_value():
    with pytest.raises(UserError, match=r"expected --trainer\.KEY=VALUE, got --trainer=7"):
        experiment("pretrain", "configs/tiny_pretrain.yaml", "--trainer=7")


def test_a_bomb_on_the_command_line():
    with pytest.raises(UserError, match=r"without aliases, got \*x in --data\.folders"):
        experiment("pretrain", "configs/tiny_pretrain.yaml", "--data.folders=[&x [a], *x, *x]")
