"""What a training costs before it is begun: parameters, floating-point operations and memory of a step, hours of a pass.

Counted from the config alone, layer by layer: two operations a multiply-add, attention as two products. A backward pass costs
twice the forward one. Element-wise work, the rasteriser and the transport are left out: they are no matrix products, and few.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from lca.errors import UserError
from lca.formats.photos import BODY_SIZE, FACE_SIZE
from lca.model.decoder import HIDDEN as JOINED
from lca.model.decoder import LATENT
from lca.model.decoder import OCTAVES as PLACE_OCTAVES
from lca.model.driver import EPS, OUTPUTS, PSI, ROOT, THETA
from lca.model.driver import HIDDEN as DRIVEN
from lca.model.encoder import PATCH
from lca.model.fusion import OCTAVES
from lca.model.network import LCA, ModelConfig
from lca.model.transport.carry import CHANNELS
from lca.model.transport.dense import FEATURES
from lca.model.transport.evidence import SOURCES

FOREGROUND = (0.27, 0.76)
"""Share of the tokens of a body square and of a face crop that show the person and enter attention, on the wild stage."""
BACKBONES = {"small": (384, 12), "base": (768, 12), "large": (1024, 24), "giant": (1536, 40)}
"""Width and depth of the vision transformers that go by these names."""
PEAK = {"h100": 989e12, "h200": 989e12, "a100": 312e12, "l40s": 362e12, "rtx4090": 165e12}
"""Dense bfloat16 operations a second, by the makers' data sheets."""
BYTES_TRAINED, BYTES_FROZEN = 20, 2
"""A trained weight is kept with its gradient, two moments and its average in single precision; a frozen one in half."""
BYTES_A_TOKEN = 34
"""Of activations, for each channel of a token of a transformer block, without attention matrices (Korthikanti et al. 2022)."""


@dataclass(frozen=True)
class Asked:
    """What is planned."""

    network: ModelConfig
    batch_size: int = 2
    photos: int = 4
    targets: int = 2
    shrink: int = 1
    """So many pixels along a side become one."""
    gpus: int = 1
    gpu: str = "h100"
    utilisation: float = 0.35
    """Share of the peak that is reached."""
    videos: int = 1_000_000

    def __post_init__(self):
        """Raises: UserError: a GPU that is not in the table."""
        if self.gpu not in PEAK:
            raise UserError(f"expected --gpu among {', '.join(PEAK)}, got {self.gpu!r}: take the nearest")

    @property
    def sides(self) -> tuple[int, int]:
        """Pixels of a body square and of a face crop along a side."""
        return BODY_SIZE // self.shrink, FACE_SIZE // self.shrink


def read_asked(config: Mapping[str, Any], network: ModelConfig, **options: Any) -> Asked:
    """From a training config (YAML as mappings) and the command line."""
    data = config.get("data", {})
    most = data.get("photos", (4, 4))[1]
    return Asked(network, data.get("batch_size", 2), most, data.get("targets", 2), data.get("shrink", 1), **options)


def block(tokens: float, width: int, context: float | None = None, expansion: int = 3) -> float:
    """Operations of a transformer block: projections, attention, feed-forward."""
    context = tokens if context is None else context
    projections = 2 * width * width * (2 * tokens + 2 * context)
    return float(projections + 4 * tokens * context * width + 4 * expansion * tokens * width * width)


def convolution(places: float, inputs: int, outputs: int, taps: int = 9) -> float:
    """Operations of a convolution at so many places."""
    return 2.0 * places * inputs * outputs * taps


def kept_tokens(asked: Asked, foreground: tuple[float, float] = FOREGROUND) -> tuple[float, float]:
    """Tokens of a body square and of a face crop that enter attention."""
    body, face = asked.sides
    return foreground[0] * (body / PATCH) ** 2, foreground[1] * (face / PATCH) ** 2


def person_flops(asked: Asked, foreground: tuple[float, float] = FOREGROUND) -> dict[str, float]:
    """Forward operations of one person, part by part; `foreground` as `FOREGROUND`."""
    network, photos = asked.network, asked.photos
    pixels = float(photos * sum(side**2 for side in asked.sides))
    grid = pixels / PATCH**2
    body, face = kept_tokens(asked, foreground)
    anchors, gaussians, width = (
        network.template.anchors,
        network.template.anchors * network.template.per_anchor,
        network.fusion.width,
    )
    backbone = backbone_of(network)
    inner = backbone[0] if backbone else network.encoder.width
    fusion = (
        block(body + face, width) * photos
        + block(float(anchors), width)
        + block(float(anchors), width, photos * (body + face))
    )
    place, sources = 3 * (1 + 2 * PLACE_OCTAVES), (1 + SOURCES if network.transport else 1)
    channels = CHANNELS if network.transport else 0
    joined = LATENT + place + channels
    driven = 2 * anchors * (DRIVEN * DRIVEN + DRIVEN * network.template.per_anchor * OUTPUTS)
    return {
        "images": pyramid_flops(network, pixels) + encoder_flops(asked, grid, (body, face)),
        "correspondence": dense_flops(network, pixels, grid) if network.transport else 0.0,
        "fusion": network.fusion.depth * fusion
        + 2 * photos * (body + face) * inner * width
        + 2 * anchors * 3 * (1 + 2 * OCTAVES) * width,
        "canonical branch": 2 * anchors * width * network.template.per_anchor * LATENT
        + 2 * gaussians * (joined * JOINED + JOINED * JOINED + JOINED * (18 + sources)),
        "pose branch": 2 * anchors * width * DRIVEN
        + asked.targets * (driven + 2 * (THETA - ROOT + EPS + PSI) * DRIVEN),
    }


def backbone_of(network: ModelConfig) -> tuple[int, int] | None:
    """(width, depth) of the frozen backbone, by its name; None without one.

    Raises:
        UserError: a backbone whose size its name does not tell.
    """
    if not network.encoder.backbone:
        return None
    for name, size in BACKBONES.items():
        if name in network.encoder.backbone.lower():
            return size
    raise UserError(
        f"expected a backbone whose name says {', '.join(BACKBONES)}, got {network.encoder.backbone!r}: its size is not known"
    )


def pyramid_flops(network: ModelConfig, pixels: float) -> float:
    """Three convolutions, each at a quarter of the places of the one before."""
    sizes = (3, *network.encoder.stem)
    return sum(convolution(pixels / 4 ** (k + 1), sizes[k], sizes[k + 1]) for k in range(3))


def encoder_flops(asked: Asked, grid: float, kept: tuple[float, float]) -> float:
    """The small transformer on the foreground, or a backbone on everything; then the blocks of each photo."""
    config, photos, backbone = asked.network.encoder, asked.photos, backbone_of(asked.network)
    if backbone:
        width, depth = backbone
        everything = [(side / PATCH) ** 2 for side in asked.sides]
        return photos * sum(depth * block(tokens, width, expansion=4) for tokens in everything)
    alone = config.depth * photos * sum(block(tokens, config.width) for tokens in kept)
    together = config.photo_depth * photos * block(sum(kept), config.width)
    return convolution(grid, config.stem[-1], config.width) + alone + together


def dense_flops(network: ModelConfig, pixels: float, grid: float) -> float:
    """The choice of anchors, and three refinements: four taps on what is doubled, nine on the detail."""
    config, (two, four, eight) = network.encoder, network.encoder.stem
    total = 2 * grid * config.width * (network.template.anchors + 3 + eight) + 2 * grid * network.template.anchors * 3
    for places, inputs, outputs in ((pixels / 64, eight, eight), (pixels / 16, eight, four), (pixels / 4, four, two)):
        total += (
            convolution(places, inputs, outputs, 4)
            + convolution(places, outputs, outputs)
            + convolution(places, outputs, outputs, 1)
        )
    return total + convolution(pixels / 4, two, 5 + FEATURES, 1)


def activation_bytes(asked: Asked) -> float:
    """What a person's forward pass keeps for the backward one, in half precision."""
    network, width = asked.network, asked.network.fusion.width
    tokens = asked.photos * sum(kept_tokens(asked))
    fused = network.fusion.depth * BYTES_A_TOKEN * width * (tokens + 2 * network.template.anchors)
    config = network.encoder
    images = 0.0 if config.backbone else (config.depth + config.photo_depth) * BYTES_A_TOKEN * config.width * tokens
    return fused + images + 4.0 * 8 * JOINED * network.template.anchors * network.template.per_anchor


def parameters(network: ModelConfig) -> tuple[int, int]:
    """(trained, frozen): counted on the meta device; a backbone's, which may not be at hand, by its width and depth."""
    backbone = backbone_of(network)
    few = replace(
        network.template, anchors=min(network.template.anchors, 64)
    )  # placing takes a minute and counts nothing
    width = backbone[0] if backbone else network.encoder.width
    encoder = replace(network.encoder, backbone=None, width=width, depth=0 if backbone else network.encoder.depth)
    with torch.device("meta"):
        built = LCA(replace(network, encoder=encoder, template=few))
    counted = sum(
        weights.numel() for name, weights in built.named_parameters() if not (backbone and name.startswith("encoder."))
    )
    choices = (network.template.anchors - few.anchors) * (width + 1) if network.transport else 0
    return counted + choices, 12 * backbone[1] * backbone[0] ** 2 if backbone else 0


def plan(asked: Asked, trained: int, frozen: int) -> dict[str, Any]:
    """Everything, given the numbers of parameters."""
    parts = person_flops(asked)
    step = (
        asked.gpus
        * asked.batch_size
        * (3 * sum(parts.values()) - 2 * (parts["images"] if asked.network.encoder.backbone else 0.0))
    )
    seconds = step / (asked.gpus * PEAK[asked.gpu] * asked.utilisation)
    steps = asked.videos / (asked.gpus * asked.batch_size)
    weights = BYTES_TRAINED * trained + BYTES_FROZEN * frozen
    return {
        "parameters": {"trained": trained, "frozen": frozen},
        "gflops_forward_a_person": {name: round(flops / 1e9, 2) for name, flops in parts.items()},
        "tflops_a_step": round(step / 1e12, 3),
        "gpus": asked.gpus,
        "gpu": asked.gpu,
        "people_a_step": asked.gpus * asked.batch_size,
        "gib_a_gpu": round((weights + asked.batch_size * activation_bytes(asked)) / 2**30, 2),
        "seconds_a_step": round(seconds, 4),
        "hours_of_a_pass": float(f"{steps * seconds / 3600:.3g}"),
        "videos": asked.videos,
        "assumed": {
            "utilisation": asked.utilisation,
            "foreground": FOREGROUND,
            "weights": "a copy on every GPU (DDP)",
        },
    }
