"""Damaged configs, options and checkpoints of training: a run is made of them, or a line."""

import json
import warnings
from pathlib import Path

import torch
import yaml

from lca.formats.checkpoints import LAST, newest_checkpoint, write_checkpoint
from lca.training.experiment import experiment
from tests.fuzz.damage import as_json, damaged, odd, strange

TINY = yaml.safe_load(Path("configs/tiny_pretrain.yaml").read_text()) | {"seed_everything": 3}
MORE = {
    "accumulate_grad_batches": 1,
    "precision": "32-true",
    "devices": 1,
    "gradient_clip_val": 1.0,
    "accelerator": "cpu",
}


def yaml_of(value) -> bytes:
    """JSON, which is YAML but for the names of what is no number."""
    return as_json(value).replace(b"-Infinity", b"-.inf").replace(b"Infinity", b".inf").replace(b"NaN", b".nan")


def numbers_of(run):
    """What a run would begin with."""
    optimizer = run.module.optimizer
    return [optimizer.lr, optimizer.muon, optimizer.weight_decay, *(p.detach().sum() for p in run.module.parameters())]


def test_configs(attacked):
    config = {**TINY, "trainer": {**TINY["trainer"], **MORE}}
    text = Path("configs/tiny_pretrain.yaml").read_bytes()

    def enter(rng, folder):
        path = folder / "c.yaml"
        path.write_bytes(damaged(rng, text) if rng.random() < 0.4 else yaml_of(strange(rng, config)))
        return numbers_of(experiment("pretrain", path, "--trainer.accelerator=cpu"))

    attacked("configs", enter, cases=60)


def leaves(values, prefix="--"):
    """Dotted options of nested mappings."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield prefix + key
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def test_options(attacked):
    names = list(leaves({**TINY, "trainer": {**TINY["trainer"], **MORE}}))

    def enter(rng, folder):
        options = []
        for name in rng.sample(names, rng.randint(1, 2)):
            value = yaml_of(odd(rng)).decode() if rng.random() < 0.7 else damaged(rng, b"[&a 3, *a]").decode("latin-1")
            options.append(f"{name}={value}")
        return numbers_of(experiment("pretrain", "configs/tiny_pretrain.yaml", *options))

    attacked("options", enter, cases=60)


def test_checkpoints(attacked):
    saved = {
        "global_step": 5,
        "state_dict": {"a": torch.arange(40.0), "b": torch.ones(3)},
        "loops": json.loads("[1, {}]"),
    }

    def enter(rng, folder):
        path = folder / LAST
        write_checkpoint(saved, path)
        path.write_bytes(damaged(rng, path.read_bytes()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = newest_checkpoint(path, "global_step")
        assert found is not None
        state = found[1]["state_dict"]
        assert torch.equal(state["a"], saved["state_dict"]["a"]), "damage was taken for weights"
        return [state["a"]]

    attacked("checkpoints", enter, cases=400)
