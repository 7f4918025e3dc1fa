"""The oracle: splatting in plain torch, any precision, differentiable by autograd.

Two ways to composite the same `ProjectedSplats`: `render_reference` evaluates every Gaussian at every pixel (tests),
`render_tiled` only those that touch a 16 x 16 tile (the yardstick of the benchmark). Sources: Zwicker et al., EWA volume
splatting, 2001; Kerbl et al., 3D Gaussian Splatting, 2023; constants of `lca.render.conventions`.
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import conventions as k


@dataclass(frozen=True)
class ProjectedSplats:
    """The visible Gaussians of one view, front to back; pixels, depth in metres. The last feature is the depth."""

    means: Float[Tensor, "splats 2"]
    conics: Float[Tensor, "splats 2 2"]
    opacities: Float[Tensor, " splats"]
    features: Float[Tensor, "splats features"]
    reach: Float[Tensor, "splats 2"]

    def __getitem__(self, index) -> "ProjectedSplats":
        """Choose splats."""
        return ProjectedSplats(
            *(x[index] for x in (self.means, self.conics, self.opacities, self.features, self.reach))
        )


def rotation_matrix(quats_wxyz: Float[Tensor, "gaussians 4"]) -> Float[Tensor, "gaussians 3 3"]:
    """Rotation of a quaternion that need not be normalised."""
    w, x, y, z = torch.nn.functional.normalize(quats_wxyz, dim=-1).unbind(-1)
    rows = [
        torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
        torch.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1),
        torch.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1),
    ]
    return torch.stack(rows, -2)


def projection_jacobian(points: Float[Tensor, "gaussians 3"], camera: Camera) -> Float[Tensor, "gaussians 2 3"]:
    """d(pixel) / d(camera point); the slope x/z is clamped a little outside the picture, where the linearisation blows up."""
    x, y, z = points.unbind(-1)
    fx, fy, cx, cy = (camera.intrinsics[i, j] for i, j in ((0, 0), (1, 1), (0, 2), (1, 2)))
    margin_x, margin_y = k.FRUSTUM_MARGIN * camera.width, k.FRUSTUM_MARGIN * camera.height
    slope_x = (x / z).clamp(-(cx + margin_x) / fx, (camera.width - cx + margin_x) / fx)
    slope_y = (y / z).clamp(-(cy + margin_y) / fy, (camera.height - cy + margin_y) / fy)
    zero = torch.zeros_like(z)
    return torch.stack(
        [torch.stack([fx / z, zero, -fx * slope_x / z], -1), torch.stack([zero, fy / z, -fy * slope_y / z], -1)], -2
    )


def project(gaussians: Gaussians, camera: Camera) -> ProjectedSplats:
    """Gaussians seen by one camera: cull, project (EWA), sort by depth."""
    rotation, translation = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
    depth = (gaussians.means @ rotation.mT + translation)[:, 2]
    inside = (depth >= k.NEAR) & (depth <= k.FAR) & (gaussians.opacities >= k.ALPHA_MIN)
    gaussians = gaussians[inside]
    points = gaussians.means @ rotation.mT + translation
    spread = rotation @ rotation_matrix(gaussians.quats_wxyz) * gaussians.scales[:, None, :]
    factor = projection_jacobian(points, camera) @ spread
    covariance = factor @ factor.mT + k.BLUR * torch.eye(2).to(factor)
    pixels = points @ camera.intrinsics.mT
    sigmas = torch.sqrt(2 * torch.log(gaussians.opacities.detach() / k.ALPHA_MIN))
    reach = sigmas[:, None] * torch.sqrt(covariance.detach().diagonal(dim1=-2, dim2=-1))
    features = torch.cat([gaussians.colors, points[:, 2:]], -1)
    splats = ProjectedSplats(
        pixels[:, :2] / pixels[:, 2:], torch.linalg.inv(covariance), gaussians.opacities, features, reach
    )
    return splats[torch.argsort(points[:, 2], stable=True)]


def composite(
    splats: ProjectedSplats, pixels: Float[Tensor, "pixels 2"]
) -> tuple[Float[Tensor, "pixels features"], Float[Tensor, " pixels"]]:
    """Alpha blending front to back at pixel positions: sum_i c_i alpha_i prod_{j<i} (1 - alpha_j), and the total alpha."""
    offset = pixels[:, None] - splats.means
    sigma = 0.5 * torch.einsum("p g i, g i j, p g j -> p g", offset, splats.conics, offset)
    alpha = (splats.opacities * torch.exp(-sigma)).clamp(max=k.ALPHA_MAX)
    alpha = torch.where((sigma >= 0) & (alpha >= k.ALPHA_MIN), alpha, 0.0)
    after = torch.cumprod(1 - alpha, -1)
    alpha = torch.where(after > k.TRANSMITTANCE_MIN, alpha, 0.0)
    before = torch.cat([torch.ones_like(after[:, :1]), after[:, :-1]], -1)
    weights = alpha * before
    return weights @ splats.features, weights.sum(-1)


def pixel_centres(width: int, height: int, like: Tensor) -> Float[Tensor, "height width 2"]:
    """Centres (x, y) of the pixels of a picture."""
    x, y = torch.arange(width).to(like) + 0.5, torch.arange(height).to(like) + 0.5
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)


def everywhere(splats: ProjectedSplats, camera: Camera) -> Float[Tensor, "features height width"]:
    """Every splat at every pixel; the last plane is the alpha."""
    pixels = pixel_centres(camera.width, camera.height, splats.means)
    values, alpha = composite(splats, pixels.reshape(-1, 2))
    return rearrange(torch.cat([values, alpha[:, None]], -1), "(h w) c -> c h w", h=camera.height)


def by_tile(splats: ProjectedSplats, camera: Camera) -> Float[Tensor, "features height width"]:
    """The same planes as `everywhere`, tile by tile with only the splats that reach the tile."""
    pixels = pixel_centres(camera.width, camera.height, splats.means)
    low, high = splats.means.detach() - splats.reach, splats.means.detach() + splats.reach
    rows = []
    for y in range(0, camera.height, k.TILE):
        in_row = ((high[:, 1] > y) & (low[:, 1] < y + k.TILE)).nonzero()[:, 0]
        low_x, high_x, row = low[in_row, 0], high[in_row, 0], []
        for x in range(0, camera.width, k.TILE):
            tile = pixels[y : y + k.TILE, x : x + k.TILE]
            chosen = in_row[(high_x > x) & (low_x < x + k.TILE)]
            values, alpha = composite(splats[chosen], tile.reshape(-1, 2))
            row.append(rearrange(torch.cat([values, alpha[:, None]], -1), "(h w) c -> c h w", h=len(tile)))
        rows.append(torch.cat(row, -1))
    return torch.cat(rows, -2)


def finish(
    planes: Float[Tensor, "features height width"], background: Float[Tensor, " channels"] | None
) -> tuple[Float[Tensor, "channels height width"], Float[Tensor, "1 height width"], Float[Tensor, "1 height width"]]:
    """Accumulated planes -> (image over the background, alpha, expected depth)."""
    image, depth, alpha = planes[:-2], planes[-2:-1], planes[-1:]
    if background is not None:
        image = image + (1 - alpha) * background[:, None, None]
    return image, alpha, depth / alpha.clamp(min=k.DEPTH_ALPHA_MIN)


def render_reference(
    gaussians: Gaussians, camera: Camera, background: Float[Tensor, " channels"] | None = None
) -> tuple[Float[Tensor, "channels height width"], Float[Tensor, "1 height width"], Float[Tensor, "1 height width"]]:
    """One set of Gaussians, one camera -> (image, alpha, depth); memory grows with Gaussians x pixels."""
    return finish(everywhere(project(gaussians, camera), camera), background)


def render_tiled(
    gaussians: Gaussians, camera: Camera, background: Float[Tensor, " channels"] | None = None
) -> tuple[Float[Tensor, "channels height width"], Float[Tensor, "1 height width"], Float[Tensor, "1 height width"]]:
    """`render_reference` at pictures and sets of practical size."""
    return finish(by_tile(project(gaussians, camera), camera), background)
