"""Matting: which pixels of a photo are the person, where the head is, and whether there is a person at all.

A small U-Net on a 256 px square. Pixels are folded into channels on the way in and out (256 px, 3 channels <-> 128 px,
12 channels), so that no layer runs at full resolution and the edges still come out sharp.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch
from einops import rearrange, reduce
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.tensor_file import FileKind, read_tensors, write_tensors
from lca.ranges import check_number, check_numbers

MATTING_SIZE = 256
DEFAULT_PATH = Path(__file__).parent.parent / "assets" / "matting.safetensors"
DEEPEST, WIDEST = 8, 4096
"""Of a network: levels, until one pixel is left, and channels."""
WEIGHT = 1e4
"""No number of a network is larger."""
WEIGHTS = FileKind("matting weights", "train them with `lca matting fit`")


@dataclass(frozen=True)
class MattingConfig:
    """Sizes of the network."""

    widths: tuple[int, ...] = (32, 56, 88, 128, 160)
    """Channels at 128, 64, 32, 16 and 8 px."""

    def __post_init__(self):
        """Raises UserError for widths out of range, and for a depth that the picture's size cannot carry."""
        if not 5 <= len(self.widths) <= DEEPEST:
            raise UserError(
                f"expected 5 to {DEEPEST} widths, got {len(self.widths)}: the head is sought on the way up, at 16 px"
            )
        check_numbers(self, {"widths": (1, WIDEST)})


@dataclass(frozen=True)
class Matte:
    """What the network says of squares; boxes are x0 y0 x1 y1 in [0, 1] of the square's side, logits before the
    sigmoid."""

    mask_logits: Float[Tensor, "batch 1 size size"]
    head_box: Float[Tensor, "batch 4"]
    head_logits: Float[Tensor, "batch cells"]
    person_logits: Float[Tensor, " batch"]


class Block(nn.Module):
    """Two 3x3 convolutions with a skip; changes the width, and halves the size where `stride` is 2."""

    def __init__(self, width_in: int, width: int, stride: int = 1):
        super().__init__()
        self.first = nn.Conv2d(width_in, width, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)

    def forward(self, x: Float[Tensor, "batch width_in rows columns"]) -> Float[Tensor, "batch width rows2 columns2"]:
        """x -> F(x) + first(x)."""
        x = F.relu(self.first_norm(self.first(x)))
        return F.relu(x + self.second_norm(self.second(x)))


class Matting(nn.Module):
    """The network; call it with squares, sRGB in [0, 1]."""

    def __init__(self, config: MattingConfig = MattingConfig()):
        super().__init__()
        self.config = config
        widths = config.widths
        self.down = nn.ModuleList(
            [Block(12, widths[0]), *(Block(narrow, wide, 2) for narrow, wide in zip(widths, widths[1:], strict=False))]
        )
        self.lift = nn.ModuleList(nn.Conv2d(wide, narrow, 1) for narrow, wide in zip(widths, widths[1:], strict=False))
        self.up = nn.ModuleList(Block(width, width) for width in widths[:-1])
        self.to_mask = nn.Conv2d(widths[0], 4, 3, 1, 1)
        self.to_head = nn.Conv2d(widths[3], 5, 1)
        self.to_person = nn.Linear(2 * widths[-1], 1)

    def forward(self, squares: Float[Tensor, "batch 3 size size"]) -> Matte:
        """Squares (sRGB, side divisible by 32; bars and outside are mid grey) -> masks, head boxes, person or not."""
        x = F.pixel_unshuffle(squares * 4 - 2, 2)
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
        pooled = torch.cat([reduce(x, "b c h w -> b c", "mean"), reduce(x, "b c h w -> b c", "max")], -1)
        person_logits = self.to_person(pooled)[:, 0].float()
        head_features = x
        for level in reversed(range(len(self.up))):
            x = self.up[level](skips[level] + F.interpolate(self.lift[level](x), scale_factor=2.0, mode="nearest"))
            if level == 3:
                head_features = self.to_head(x).float()
        head_box, head_logits = _head_box(head_features)
        return Matte(F.pixel_shuffle(self.to_mask(x), 2).float(), head_box, head_logits, person_logits)

    def save(self, path: str | Path, metadata: dict[str, str]) -> None:
        """Write weights, config and notes to one safetensors file (half precision: 2.8 MB)."""
        state = self.state_dict()
        weights = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in state.items()}
        write_tensors(path, weights, {**metadata, "config": json.dumps(asdict(self.config))})


def _head_box(
    features: Float[Tensor, "batch 5 rows columns"],
) -> tuple[Float[Tensor, "batch 4"], Float[Tensor, "batch cells"]]:
    """Every cell votes for a box by four distances from its centre; a softmax over cells weighs the votes."""
    rows, columns = features.shape[-2:]
    y, x = torch.meshgrid(
        (torch.arange(rows).to(features) + 0.5) / rows,
        (torch.arange(columns).to(features) + 0.5) / columns,
        indexing="ij",
    )
    logits = rearrange(features[:, 0], "b h w -> b (h w)")
    votes = torch.stack([x, y, x, y]) + features[:, 1:] * 0.25
    return torch.einsum("b n, b k n -> b k", logits.softmax(-1), votes.flatten(2)), logits


@cache
def load_matting(path: str | Path | None = None) -> Matting:
    """The network from a file, by default the shipped one, ready for inference.

    Raises:
        UserError: the file is missing or is not a matting network.
    """
    path = Path(path or DEFAULT_PATH)
    tensors, words = read_tensors(path, WEIGHTS)
    try:
        config = {k: tuple(v) for k, v in json.loads(words["config"]).items()}
        with torch.device("meta"):  # nothing is allocated for what the file does not hold
            network = Matting(MattingConfig(**config))
        kinds = {name: value.dtype for name, value in network.state_dict().items()}
        network.load_state_dict({name: value.to(kinds.get(name)) for name, value in tensors.items()}, assign=True)
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                check_number(name, float(value.min()), 0.0 if name.endswith("_var") else -WEIGHT, WEIGHT)
                check_number(name, float(value.max()), -WEIGHT, WEIGHT)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise UserError(
            f"expected matting weights, got another or damaged file: {path}; train with `lca matting fit`"
        ) from error
    return network.eval().requires_grad_(False)
