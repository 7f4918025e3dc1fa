"""A model in one safetensors file: weights, and the network's config in the metadata."""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import torch
from jsonargparse import ArgumentParser

from lca.errors import UserError
from lca.formats.tensor_file import FileKind, read_tensors, write_tensors
from lca.geometry.body_file import load_body
from lca.model.checkpoint_schema import check_model
from lca.model.face_code import FaceCodeEncoder
from lca.model.network import LCA, ModelConfig

FORMAT = "lca-model"
VERSION, READ = "7", ("2", "3", "4", "5", "6", "7")
SHIPPED = Path(__file__).parent.parent / "assets" / "lca-small.safetensors"
MODEL = FileKind("a model checkpoint", "train one with `lca pretrain fit`")
ACTION_MAP = "face_code.action_map"
FAULTS = (ValueError, RuntimeError, KeyError, TypeError, AttributeError, ArithmeticError, argparse.ArgumentError)
"""What a config that is none, or tensors that do not fit into its network, can end in."""


def save_model(network: LCA, path: str | Path, notes: dict[str, str] | None = None) -> None:
    """Write weights (half precision), config and `notes` (data, steps, seed ...) to one file."""
    tensors = network.state_dict()
    tensors |= {name: value.half() for name, value in tensors.items() if name.endswith("weight") and value.ndim > 1}
    config = json.dumps(asdict(network.config))
    write_tensors(path, tensors, {"format": FORMAT, "version": VERSION, "config": config, **(notes or {})})


def load_model(path: str | Path | None = None, device: torch.device | str = "cpu") -> LCA:
    """Read a file that `save_model` wrote; None is the shipped checkpoint.

    Raises:
        UserError: the file is missing, damaged, of another format or version, or config and tensors do not fit together.
    """
    path = SHIPPED if path is None else Path(path)
    tensors, words = read_tensors(path, MODEL)
    if words.get("format") != FORMAT or words.get("version") not in READ:
        raise UserError(
            f"expected a model file {FORMAT} version {VERSION}, got {words.get('format')} "
            f"version {words.get('version')}: {path}; use one written by this version of lca"
        )
    try:
        values = json.loads(words["config"])
        if words["version"] == "2":
            tensors, values = from_version_2(tensors, values)
        if words["version"] != VERSION:
            tensors = without_reading(tensors)
        config = parse_config(values)
        check_model(config, tensors, len(load_body().faces))
        tensors = {name: _full(value) for name, value in tensors.items()}
        network = LCA(config, (tensors["template.triangles"].long(), tensors["template.barycentrics"]))
        network.load_state_dict(tensors)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except FAULTS as error:
        raise UserError(
            f"expected a whole model checkpoint, got a damaged one: {path} ({error}); copy it again"
        ) from error
    return network.to(device).eval()


def with_heads(network: LCA, **switches: bool) -> LCA:
    """The model with `points`, `depth`, `garments` or `relight` switched on (untrained) or off; the rest stays to the bit."""
    template = network.template
    changed = LCA(replace(network.config, **switches), (template.triangles, template.barycentrics))
    known = changed.state_dict().keys()
    kept = {name: value for name, value in network.state_dict().items() if name in known}
    changed.load_state_dict(kept, strict=False)
    return changed.to(template.points.device).train(network.training)


def parse_config(values: dict) -> ModelConfig:
    """Nested dictionaries -> ModelConfig, checked."""
    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument("--network", type=ModelConfig)
    return parser.instantiate(parser.parse_object({"network": values})).network


def from_version_2(tensors: dict[str, torch.Tensor], config: dict) -> tuple[dict[str, torch.Tensor], dict]:
    """Names and switches of today: one switch, `transport`, once stood for photo blocks and painted eyes too."""
    renamed = {"dense.": "transport.dense.", "fusion.project_evidence.": "transport.project."}
    for before, after in renamed.items():
        tensors = {after + n.removeprefix(before) if n.startswith(before) else n: v for n, v in tensors.items()}
    if not config["transport"]:
        config = config | {
            "encoder": config["encoder"] | {"photo_depth": 0},
            "template": config["template"] | {"painted_eyes": False, "covered_heads": False},
        }
    return tensors, config


def without_reading(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Until version 6 the face code read pictures by fewer layers; of it, the names of expressions stay. Off pictures an encoder
    that has learned nothing yet reads a face at rest."""
    kept = {name: value for name, value in tensors.items() if name == ACTION_MAP or not name.startswith("face_code.")}
    code = FaceCodeEncoder()
    code.spread.weight.data.zero_()
    return kept | {f"face_code.{name}": value for name, value in code.state_dict().items() if name != "action_map"}


def _full(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.dtype == torch.float16 else value
