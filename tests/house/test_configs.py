"""Every YAML in configs/ says only what the code knows, down to the last key, and nothing that is the default anyway."""

import argparse
import dataclasses
import re

import jsonargparse
import lightning
import pytest
import yaml

from lca.errors import UserError
from lca.training.experiment import STAGES, experiment
from lca.world.folders.presets import builds
from tests.house.tree import ROOT, files, nothing_breaks_it

README = (ROOT / "README.md").read_text()
EVERY = files(".yaml", ".yml", under="configs")
CONFIGS = [path for path in EVERY if "studies" not in path.parts]
"""Of training stages; studies and their sizes have tests of their own."""


def stage_of(config):
    """What trains, on what: only post-training starts from given weights, heads say which they are, faces need no photos."""
    model = config.get("model", {})
    if "init" in model and "targets" not in config["data"] and "photos" not in config["data"]:
        return STAGES["faces"]
    return STAGES["heads" if "head" in model else "posttrain" if "init" in model else "pretrain"]


def parser_of(stage):
    """A parser of the three parts of a run, built by hand: independent of the command line's own."""
    parser = jsonargparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("--seed_everything", type=int | bool | None)
    module, data = stage
    parser.add_class_arguments(module, "model")
    parser.add_class_arguments(data, "data")
    parser.add_class_arguments(lightning.Trainer, "trainer")
    return parser


def leaves(values, prefix=""):
    """Dotted keys of nested mappings; an empty mapping is a leaf, so that a misspelt empty section is seen."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{path}.")
        else:
            yield path


def plain(value):
    """Dataclasses and namespaces as nested dictionaries."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value.as_dict() if isinstance(value, jsonargparse.Namespace) else value


def known(stage):
    """Every dotted key that a run of `stage` may set: the leaves of the defaults and each section on the way."""
    keys = set()
    for leaf in leaves({k: plain(v) for k, v in parser_of(stage).get_defaults().as_dict().items()}):
        parts = leaf.split(".")
        keys |= {".".join(parts[: end + 1]) for end in range(len(parts))}
    return keys


def test_there_are_configs_for_ci_for_the_shipped_model_and_for_the_paper():
    names = " ".join(p.stem for p in CONFIGS)
    assert all(size in names for size in ("tiny", "micro", "small", "paper"))


def unknown_keys(config):
    return set(leaves(config)) - known(stage_of(config))


def complaint(config):
    """What the parser says against the values; empty if nothing."""
    try:
        parser_of(stage_of(config)).parse_object(config)
    except argparse.ArgumentError as error:
        return str(error)
    return ""


def test_keys_are_known():
    keys = {p: unknown_keys(yaml.safe_load(p.read_text())) for p in CONFIGS}
    nothing_breaks_it((p, f"nobody reads {key}") for p in CONFIGS for key in sorted(keys[p]))


def test_values_parse():
    said = {p: complaint(yaml.safe_load(p.read_text())) for p in CONFIGS}
    nothing_breaks_it((p, text) for p, text in said.items() if text)


def test_each_opens_with_a_line_that_says_what_it_is_for():
    nothing_breaks_it((p, "open with a comment") for p in EVERY if not p.read_text().startswith("# "))


def test_tiny_configs_read_what_the_command_in_their_first_line_writes():
    for path in (p for p in CONFIGS if p.stem.startswith("tiny")):
        made = re.search(r"lca world build (\w+) --preset tiny --out (\S+)$", path.read_text().splitlines()[0])
        stage, folder = made.groups() if made else ("", "")
        assert yaml.safe_load(path.read_text())["data"]["folders"] == [folder]
        assert stage in builds("tiny") and f"lca world build {stage} --preset tiny --out {folder}" in README


def test_configs_and_readme_say_the_same_of_the_time():
    for path in (p for p in CONFIGS if p.stem.startswith("small")):
        hours = re.search(r": ([^:]* of one core)\.$", path.read_text().splitlines()[0])
        assert hours and re.search(rf"configs/{path.name}\s+# {hours[1]}", README)


@pytest.mark.parametrize("line", ["data.wrokers: 3", "model.loss.acap_: 1.0", "trainer.max_step: 1", "modle.a: 1"])
def test_misspelt_key_is_one_line(line, tmp_path):
    keys, value = line.split(": ")
    tree = yaml.safe_load(value)
    for key in reversed(keys.split(".")):
        tree = {key: tree}
    config = {"data": {"folders": ["x"]}}
    config = {**config, **{k: {**config.get(k, {}), **v} if isinstance(v, dict) else v for k, v in tree.items()}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(UserError, match=keys.split(".")[-1]) as error:
        experiment("pretrain", tmp_path / "config.yaml")
    assert "\n" not in str(error.value)
