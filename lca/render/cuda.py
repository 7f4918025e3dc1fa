"""The CUDA backend: gsplat (https://github.com/nerfstudio-project/gsplat), imported only when a CUDA tensor is drawn.

gsplat compiles its kernels at first use: minutes, about 1 GB of memory a file. Set MAX_JOBS to limit the compilers at work and
TORCH_CUDA_ARCH_LIST (for example "9.0") to the card at hand.
"""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import conventions as k


def rasterise(
    gaussians: Gaussians, camera: Camera, background: Float[Tensor, "batch channels"]
) -> tuple[
    Float[Tensor, "batch channels height width"],
    Float[Tensor, "batch 1 height width"],
    Float[Tensor, "batch 1 height width"],
]:
    """Pairs of Gaussians and cameras, one batch axis each -> (image, alpha, depth)."""
    if not len(gaussians):
        image = background[:, :, None, None].expand(-1, -1, camera.height, camera.width)
        return image, torch.zeros_like(image[:, :1]), torch.zeros_like(image[:, :1])
    from gsplat import rasterization

    # Trap: autocast would turn the matrix products of the projection into half precision.
    with torch.autocast("cuda", enabled=False):
        planes, alpha, _ = rasterization(
            *(x.contiguous() for x in gaussians.tensors()),
            viewmats=camera.camera_from_world[:, None].contiguous(),
            Ks=camera.intrinsics[:, None].contiguous(),
            width=camera.width,
            height=camera.height,
            near_plane=k.NEAR,
            far_plane=k.FAR,
            eps2d=k.BLUR,
            tile_size=k.TILE,
            packed=False,
            backgrounds=background[:, None].contiguous(),
            render_mode="RGB+ED",
        )
    planes, alpha = (rearrange(x, "b 1 h w c -> b c h w") for x in (planes, alpha))
    return planes[:, :-1], alpha, planes[:, -1:]
