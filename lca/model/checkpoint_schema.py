"""What a model file must be: its config and its tensors against each other. Judged before a network of that size is made."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from torch import Tensor

from lca.errors import UserError
from lca.model.avatar_schema import WEIGHT
from lca.model.driver import HIDDEN, OUTPUTS
from lca.model.network import ModelConfig
from lca.model.points import WIDTH as POINTS_WIDTH

REMEDY = "copy it again"
WHOLE = ("template.triangles", "driver.moved")
"""Tensors of whole numbers."""


def check_model(config: ModelConfig, tensors: Mapping[str, Tensor], faces: int) -> None:
    """`faces` is the number of triangles of the body.

    Raises:
        UserError: sizes in the config are not those of the tensors, a number is out of its range, or a backbone is not here.
    """
    if config.encoder.backbone is not None:
        _check_backbone(config.encoder.backbone)
    for name, shape in sizes(config):
        found = tuple(tensors[name].shape) if name in tensors else "none"
        if found != shape:
            raise UserError(f"expected {name} {shape}, as its config has it, got {found}; {REMEDY}")
    for name, tensor in tensors.items():
        _check_range(
            name, tensor, {"template.triangles": faces, "driver.moved": len(tensors["template.triangles"])}.get(name)
        )
    sums = tensors["template.barycentrics"].sum(-1)
    if (sums - 1).abs().max() > 1e-3 or tensors["template.barycentrics"].abs().max() > 2:
        raise UserError(
            f"expected template.barycentrics that add up to 1, got {sums.min():g} to {sums.max():g}; {REMEDY}"
        )


def sizes(config: ModelConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names of tensors and their shapes: every number of the config is a length of one of them, or counts some."""
    encoder, width, template = config.encoder, config.fusion.width, config.template
    gaussians = template.anchors * template.per_anchor
    yield "template.triangles", (gaussians,)
    yield "template.barycentrics", (gaussians, 3)
    yield "driver.out.weight", (template.per_anchor * OUTPUTS, HIDDEN)
    yield "shape.0.weight", (width, 2 * width)
    for level, (before, after) in enumerate(zip((3, *encoder.stem), encoder.stem, strict=False)):
        yield f"pyramid.levels.{level}.0.weight", (after, before, 3, 3)
    if config.points:
        yield "points.dense.choice.weight", (template.anchors, POINTS_WIDTH)
    if config.points and config.depth:
        yield "points.dense.coarse_depth.weight", (1, POINTS_WIDTH)
    for layer in range(config.fusion.depth):
        yield f"fusion.layers.{layer}.geometry.attention.query.weight", (width, width)
    if encoder.backbone is not None:
        return
    yield "fusion.project_image.weight", (width, encoder.width)
    yield "encoder.embed.weight", (encoder.width, encoder.stem[-1], 3, 3)
    for blocks, depth in (("encoder", encoder.depth), ("photo", encoder.photo_depth)):
        for layer in range(depth):
            yield f"{blocks}.blocks.{layer}.attention.query.weight", (encoder.width, encoder.width)
    if config.transport:
        yield "transport.dense.choice.weight", (template.anchors, encoder.width)


def _check_range(name: str, tensor: Tensor, below: int | None) -> None:
    """Weights of a size that a network can have; whole numbers from 0 to `below`."""
    if tensor.is_floating_point() == (name in WHOLE) or tensor.is_complex():
        raise UserError(f"expected {name} of {'whole ' if name in WHOLE else ''}numbers, got {tensor.dtype}; {REMEDY}")
    low, high = (0, below - 1) if below is not None else (-WEIGHT, WEIGHT)
    if tensor.numel() and not (tensor.min() >= low and tensor.max() <= high):
        raise UserError(
            f"expected {name} from {low:g} to {high:g}, got {tensor.min().item():g} to {tensor.max().item():g}; {REMEDY}"
        )


def _check_backbone(name: str) -> None:
    """A file may name a network of others, but opening the file does not fetch it."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        here = Path(name).is_dir() or isinstance(try_to_load_from_cache(name, "config.json"), str)
    except (HFValidationError, ValueError, OSError):
        here = False
    if not here:
        raise UserError(
            f"expected the backbone {name!r} of this model on this machine, got none: "
            "fetch it with `hf download` if you trust it"
        )
