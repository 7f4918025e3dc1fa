"""A vision backbone of the transformers library: where it comes from, and how its last state becomes a grid of tokens."""

from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError

PYRAMIDS = ("convnext", "convnextv2", "dinov3_convnext", "resnet")
"""Convolutional families, by their `model_type`: a stem of stride 4, then each stage halves the picture."""
STEM = 4
PATIENCE = 5.0
"""Seconds until a hub that does not answer is taken for no network."""


def load_backbone(name: str) -> Any:
    """The network, frozen; its id is asked for on the hub only if that answers, else on this machine.

    Raises:
        UserError: there is no such backbone.
    """
    from transformers.models.auto.modeling_auto import AutoModel  # the package itself would take a type checker 20 s

    online = not Path(name).is_dir() and hub_answers()
    try:
        return AutoModel.from_pretrained(name, local_files_only=not online).eval().requires_grad_(False)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if online else "it is not on this machine, and there is no network"
        raise UserError(
            f"expected a Hugging Face vision backbone (id or folder), got {name!r}: {reason}; "
            f"download it first (hf download {name}) or choose another"
        ) from error


def hub_answers() -> bool:
    """Whether the hub can be reached: asked once, where the library itself would try five times."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    try:
        urlopen(Request(constants.ENDPOINT, method="HEAD"), timeout=PATIENCE).close()
    except HTTPError:
        return True
    except OSError:
        return False
    return True


def token_size(config: Any) -> tuple[int, int]:
    """(channels of a token, pixels of its side) by the backbone's own config.

    Raises:
        UserError: a family that does not end in one grid of tokens.
    """
    if config.model_type in PYRAMIDS:
        return int(config.hidden_sizes[-1]), STEM * 2 ** (len(config.hidden_sizes) - 1)
    width, patch = getattr(config, "hidden_size", None), getattr(config, "patch_size", None)
    if not (isinstance(width, int) and isinstance(patch, int)) or hasattr(config, "depths"):
        raise UserError(
            f"expected a backbone that ends in one grid of tokens (ViT, DINO, ConvNeXt, ResNet), got {config.model_type}: "
            "choose another"
        )
    return width, patch


def grid_tokens(states: Tensor, count: int) -> Float[Tensor, "images tokens channels"]:
    """The last `count` tokens of a last state, rows first; class and register tokens stand before them."""
    flat = rearrange(states, "i c h w -> i (h w) c") if states.ndim == 4 else states
    return flat[:, -count:]
