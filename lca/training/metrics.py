"""Image quality inside the foreground mask, the numbers of every report."""

import torch
from einops import reduce
from jaxtyping import Float
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure


def psnr_fg(
    picture: Float[Tensor, "images 3 h w"], truth: Float[Tensor, "images 3 h w"], mask: Float[Tensor, "images 1 h w"]
) -> Float[Tensor, " images"]:
    """Peak signal-to-noise ratio within the mask in dB; pictures in [0, 1]."""
    return -10 * torch.log10(_mean((picture - truth) ** 2, mask).clamp(min=1e-10))


def l1_fg(
    picture: Float[Tensor, "images 3 h w"], truth: Float[Tensor, "images 3 h w"], mask: Float[Tensor, "images 1 h w"]
) -> Float[Tensor, " images"]:
    """Mean absolute difference within the mask."""
    return _mean((picture - truth).abs(), mask)


def ssim_fg(
    picture: Float[Tensor, "images 3 h w"], truth: Float[Tensor, "images 3 h w"], mask: Float[Tensor, "images 1 h w"]
) -> Float[Tensor, " images"]:
    """Structural similarity (11 px Gaussian window of the whole picture), averaged over the pixels of the mask."""
    maps = structural_similarity_index_measure(picture, truth, data_range=1.0, return_full_image=True)[1]
    return _mean(maps, mask)


def _mean(values: Float[Tensor, "images 3 h w"], mask: Float[Tensor, "images 1 h w"]) -> Float[Tensor, " images"]:
    """Mean over channels and over the pixels that the mask weighs; 0 where the mask is empty."""
    total = reduce(values.mean(1, keepdim=True) * mask, "images 1 h w -> images", "sum")
    return total / reduce(mask, "images 1 h w -> images", "sum").clamp(min=1e-6)
