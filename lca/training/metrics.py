"""Image quality inside the foreground mask, the numbers of every report."""

from einops import reduce
from jaxtyping import Float
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from lca.training.losses import psnr


def foreground_scores(
    picture: Float[Tensor, "images 3 h w"], truth: Float[Tensor, "images 3 h w"], mask: Float[Tensor, "images 1 h w"]
) -> dict[str, float]:
    """psnr_fg (dB), ssim_fg and l1_fg within the mask, each the mean over images; pictures in [0, 1] over one
    background.

    SSIM has an 11 px Gaussian window and is averaged over the pixels of the mask.
    """
    _, similarity = structural_similarity_index_measure(picture, truth, data_range=1.0, return_full_image=True)
    return {
        "psnr_fg": float(psnr(picture, truth, mask).mean()),
        "ssim_fg": float(_within(similarity, mask).mean()),
        "l1_fg": float(_within((picture - truth).abs(), mask).mean()),
    }


def _within(values: Float[Tensor, "images 3 h w"], mask: Float[Tensor, "images 1 h w"]) -> Float[Tensor, " images"]:
    """Mean over channels and over the pixels that the mask weighs; 0 where the mask is empty."""
    total = reduce(values.mean(1, keepdim=True) * mask, "images 1 h w -> images", "sum")
    return total / reduce(mask, "images 1 h w -> images", "sum").clamp(min=1e-6)
