"""Between linear light and sRGB pixels, differentiable: the sRGB curve and the soft shoulder of a camera.

The world's photos are taken with the same curve (`lca.formats.transfer`, its twin in numpy).
"""

import torch
from jaxtyping import Float
from torch import Tensor

KNEE = 0.7
"""Linear light above which the shoulder bends towards white."""
WHITEST = 0.995
"""Of what the shoulder can show: light behind a burnt-out pixel cannot be told."""


def pixels_from_light(light: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Linear light of any strength -> sRGB in [0, 1]."""
    rolled = KNEE + (1 - KNEE) * (1 - torch.exp(-(light - KNEE).clamp(min=0) / (1 - KNEE)))
    light = torch.where(light > KNEE, rolled, light.clamp(min=0))
    return torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light.clamp(min=1e-4) ** (1 / 2.4) - 0.055)


def light_from_pixels(pixels: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The inverse; what lies outside [0, 1] is taken for the nearest that a pixel can show."""
    pixels = pixels.clamp(0, 1)
    light = torch.where(pixels <= 0.04045, pixels / 12.92, ((pixels.clamp(min=1e-3) + 0.055) / 1.055) ** 2.4)
    beyond = ((light - KNEE) / (1 - KNEE)).clamp(0, WHITEST)
    return torch.where(light > KNEE, KNEE - (1 - KNEE) * torch.log1p(-beyond), light)
