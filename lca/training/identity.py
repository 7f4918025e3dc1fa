"""Who is it? A small network that lays pictures of one person near each other, whatever the pose, side and light.

It knows the people of the synthetic world alone. It measures avatars, by whether a render is nearer to its own person's photos
than to anybody else's, and says if photos seem to show different people. Weights: `tools/build_identity.py`.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.photos import BODY_MARGIN, crop_square, square_box
from lca.formats.tensor_file import FileKind, read_tensors, write_tensors
from lca.training.scores import Views

WEIGHTS = Path(__file__).parent.parent / "assets" / "identity.safetensors"
KIND = FileKind("weights of the identity network", "run tools/build_identity.py")
BODY_SIDE, FACE_SIDE = 96, 64
"""Pixels of the pictures that the network sees."""
BANDS = 3
"""Head to feet: a body is described band by band, so that a shirt is no pair of trousers."""


@dataclass(frozen=True)
class IdentityConfig:
    """Sizes of the network."""

    widths: tuple[int, ...] = (24, 48, 80, 112)
    """Channels at a half, a quarter, an eighth and a sixteenth of the picture."""
    length: int = 96
    """Numbers that describe a picture."""


class IdentityNetwork(nn.Module):
    """Pictures of bodies and heads over white -> unit vectors; call it with sRGB in [0, 1]."""

    def __init__(self, config: IdentityConfig = IdentityConfig()):
        super().__init__()
        self.config = config
        self.body, self.face = (_tower(config.widths) for _ in range(2))
        self.describe = nn.Linear((BANDS + 1) * config.widths[-1], config.length)

    def forward(
        self,
        body: Float[Tensor, "pictures 3 body_side body_side"],
        face: Float[Tensor, "pictures 3 face_side face_side"],
    ) -> Float[Tensor, "pictures length"]:
        """The nearer two vectors (cosine), the likelier it is one person."""
        bands = F.adaptive_avg_pool2d(self.body(body * 4 - 2), (BANDS, 1))
        head = F.adaptive_avg_pool2d(self.face(face * 4 - 2), 1)
        joined = torch.cat([rearrange(x, "n c rows columns -> n (c rows columns)") for x in (bands, head)], -1)
        return F.normalize(self.describe(joined), dim=-1)

    def save(self, path: str | Path, metadata: dict[str, str]) -> None:
        """Write weights (half precision), config and notes to one safetensors file."""
        state = self.state_dict()
        weights = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in state.items()}
        write_tensors(path, weights, {**metadata, "config": json.dumps(asdict(self.config))})


def _tower(widths: tuple[int, ...]) -> nn.Sequential:
    """Halve the picture once for each width; the first halving folds pixels into channels."""
    layers: list[nn.Module] = [nn.PixelUnshuffle(2)]
    for place, (narrow, wide) in enumerate(zip((12, *widths), widths, strict=False)):
        convolution = nn.Conv2d(narrow, wide, 3, 2 if place else 1, 1, bias=False)
        layers += [convolution, nn.BatchNorm2d(wide), nn.ReLU()]
    return nn.Sequential(*layers)


def crops(views: Views, body_box: Float[Tensor, "frames 4"]) -> tuple[Tensor, Tensor]:
    """What the network sees of pictures over white: the square about the person, and the head."""
    body = crop_square(views.body, square_box(body_box.to(views.body), BODY_MARGIN), BODY_SIDE, fill=1.0)
    return body.clamp(0, 1), F.interpolate(views.face, FACE_SIDE, mode="area").clamp(0, 1)


@cache
def load_identity(path: Path = WEIGHTS) -> IdentityNetwork:
    """The network from a file, by default the shipped one, ready for inference.

    Raises:
        UserError: the file is missing or is not such a network.
    """
    tensors, words = read_tensors(path, KIND)
    try:
        config = json.loads(words["config"])
        network = IdentityNetwork(IdentityConfig(tuple(config["widths"]), config["length"]))
        network.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise UserError(f"expected {KIND.name}, got another or damaged file: {path}; {KIND.remedy}") from error
    return network.eval().requires_grad_(False)
