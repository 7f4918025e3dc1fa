"""Posed Gaussians -> image: `render(gaussians, camera)`.

The device of the tensors chooses the backend: numba kernels on the CPU, gsplat on CUDA. `reference` is the oracle of both,
in plain torch. All three follow the constants in `conventions`. Gradients flow to every tensor but the intrinsics.
"""

from dataclasses import dataclass
from threading import Thread

from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render.door import common_batch


@dataclass(frozen=True)
class Rendering:
    """One picture or a batch.

    `image` has the channels of the Gaussians' colours, composited over the background (black if none: premultiplied);
    `alpha` is coverage in [0, 1]; `depth` is the expected z in metres (0 where nothing is hit).
    """

    image: Float[Tensor, "*batch channels height width"]
    alpha: Float[Tensor, "*batch 1 height width"]
    depth: Float[Tensor, "*batch 1 height width"]

    def __getitem__(self, index) -> "Rendering":
        """Index the leading batch axes."""
        return Rendering(self.image[index], self.alpha[index], self.depth[index])


def render(gaussians: Gaussians, camera: Camera, background: Float[Tensor, "..."] | None = None) -> Rendering:
    """Splat `gaussians` into `camera`'s picture; `background` has one value a channel.

    The batch axes of Gaussians, camera and background broadcast: one set and V cameras give V pictures, B sets and B cameras B.

    Raises:
        UserError: shapes that do not fit, a dtype other than float32, tensors on different devices, a skewed camera.
    """
    batch = common_batch(gaussians, camera, background)
    count, channels = gaussians.colors.shape[-2:]
    if background is None:
        background = gaussians.colors.new_zeros(channels)

    def pairs(tensor: Tensor, *tail: int) -> Tensor:
        return tensor.expand(*batch, *tail).reshape(batch.numel(), *tail)

    tails = (count, 3), (count, 4), (count, 3), (count,), (count, channels)
    sets = Gaussians(*(pairs(x, *tail) for x, tail in zip(gaussians.tensors(), tails, strict=True)))
    matrices, intrinsics = pairs(camera.camera_from_world, 4, 4), pairs(camera.intrinsics, 3, 3)
    if gaussians.means.is_cuda:
        from lca.render.cuda import rasterise
    else:
        from lca.render.cpu import rasterise
    planes = rasterise(sets, Camera(matrices, intrinsics, camera.width, camera.height), pairs(background, channels))
    return Rendering(*(x.reshape(*batch, *x.shape[1:]) for x in planes))


def warm_up() -> Thread:
    """Compile the CPU kernels in a background thread, so that the first picture does not wait for it."""
    from lca.render.cpu import warm_up as start

    return start()
