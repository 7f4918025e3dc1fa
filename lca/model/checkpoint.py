"""A model in one safetensors file: weights, and the network's config in the metadata."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from jsonargparse import ArgumentParser
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.model.network import LCA, ModelConfig

FORMAT = "lca-model"
VERSION = "3"
SHIPPED = Path(__file__).parent.parent / "assets" / "lca-small.safetensors"


def save_model(network: LCA, path: str | Path, notes: dict[str, str] | None = None) -> None:
    """Write weights (half precision), config and `notes` (data, steps, seed ...) to one file."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    tensors |= {name: value.half() for name, value in tensors.items() if name.endswith("weight") and value.ndim > 1}
    metadata = {"format": FORMAT, "version": VERSION, "config": json.dumps(asdict(network.config)), **(notes or {})}
    with writing(path) as temporary:
        save_file(tensors, temporary, metadata)


def load_model(path: str | Path | None = None, device: torch.device | str = "cpu") -> LCA:
    """Read a file that `save_model` wrote; None is the shipped checkpoint.

    Raises:
        UserError: the file is missing, damaged, or of another format or version.
    """
    path = SHIPPED if path is None else Path(path)
    if not path.is_file():
        raise UserError(f"expected a model checkpoint, got no such file: {path}; train one with `lca pretrain fit`")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT or metadata.get("version") not in ("2", VERSION):
                raise UserError(
                    f"expected a model file {FORMAT} version {VERSION}, got {metadata.get('format')} "
                    f"version {metadata.get('version')}: {path}; use one written by this version of lca"
                )
            tensors = {name: _full(file.get_tensor(name)) for name in file.keys()}
        config = json.loads(metadata["config"])
        if metadata["version"] == "2":
            tensors, config = from_version_2(tensors, config)
        network = LCA(parse_config(config), (tensors["template.triangles"], tensors["template.barycentrics"]))
        network.load_state_dict(tensors)
    except (SafetensorError, RuntimeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"expected a whole model checkpoint, got a damaged one: {path} ({reason}); copy it again"
        ) from error
    return network.to(device).eval()


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
            "template": config["template"] | {"painted_eyes": False},
        }
    return tensors, config


def _full(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.dtype == torch.float16 else value
