"""Pinhole cameras, OpenCV convention (see `lca.geometry`)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Camera:
    """One camera or a batch of cameras of one picture size.

    `camera_from_world` is rigid, in metres; `intrinsics` in pixels of a `width` x `height` picture.
    """

    camera_from_world: Float[Tensor, "*batch 4 4"]
    intrinsics: Float[Tensor, "*batch 3 3"]
    width: int
    height: int

    def __getitem__(self, index) -> "Camera":
        """Index the leading batch axes."""
        return Camera(self.camera_from_world[index], self.intrinsics[index], self.width, self.height)

    @property
    def eye(self) -> Float[Tensor, "*batch 3"]:
        """Where the camera is, world metres."""
        rotation, translation = self.camera_from_world[..., :3, :3], self.camera_from_world[..., :3, 3:]
        return -(rotation.mT @ translation)[..., 0]

    def to(self, device: torch.device | str) -> "Camera":
        """Move both matrices to `device`."""
        return Camera(self.camera_from_world.to(device), self.intrinsics.to(device), self.width, self.height)

    def resized(self, width: int, height: int) -> "Camera":
        """The same view sampled at another picture size."""
        scale = torch.tensor([width / self.width, height / self.height, 1.0]).to(self.intrinsics)
        return Camera(self.camera_from_world, self.intrinsics * scale[:, None], width, height)

    def cropped(self, box: Sequence[float] | Sequence[int], width: int, height: int) -> "Camera":
        """What this camera sees within `box` (x0 y0 x1 y1, pixel edges; may lie beyond it), at another picture size."""
        x0, y0, x1, y1 = (float(edge) for edge in box)
        across, down = width / (x1 - x0), height / (y1 - y0)
        onto = torch.tensor([[across, 0.0, -across * x0], [0.0, down, -down * y0], [0.0, 0.0, 1.0]])
        return Camera(self.camera_from_world, onto.to(self.intrinsics) @ self.intrinsics, width, height)

    def project(self, points: Float[Tensor, "*batch points 3"]) -> Float[Tensor, "*batch points 3"]:
        """World points -> (x pixel, y pixel, depth in metres)."""
        rotation, translation = self.camera_from_world[..., :3, :3], self.camera_from_world[..., :3, 3]
        camera_points = points @ rotation.mT + translation[..., None, :]
        pixels = camera_points @ self.intrinsics.mT
        return torch.cat([pixels[..., :2] / pixels[..., 2:], camera_points[..., 2:]], -1)

    def unproject(self, depth: Float[Tensor, "*batch height width"]) -> Float[Tensor, "*batch height width 3"]:
        """World points of all pixel centres at these depths (z of the camera, metres); `depth` is as large as the picture."""
        rows, columns = torch.meshgrid(*(torch.arange(n).to(depth) + 0.5 for n in depth.shape[-2:]), indexing="ij")
        pixels = torch.stack([columns, rows, torch.ones_like(rows)], -1)
        rays = pixels @ torch.linalg.inv(self.intrinsics).mT[..., None, :, :]
        rotation, translation = self.camera_from_world[..., :3, :3], self.camera_from_world[..., :3, 3]
        return (rays * depth[..., None] - translation[..., None, None, :]) @ rotation[..., None, :, :]


def look_at(eye: Float[Tensor, "*batch 3"], target: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 4 4"]:
    """`camera_from_world` of a level camera at `eye` looking at `target` (world y up)."""
    forward = torch.nn.functional.normalize(target - eye, dim=-1)
    up = torch.tensor([0.0, 1.0, 0.0]).to(eye).expand_as(forward)
    right = torch.nn.functional.normalize(torch.linalg.cross(forward, up), dim=-1)
    rotation = torch.stack([right, torch.linalg.cross(forward, right), forward], -2)
    matrix = torch.eye(4).to(eye).repeat(*eye.shape[:-1], 1, 1)
    matrix[..., :3, :3] = rotation
    matrix[..., :3, 3] = -(rotation @ eye[..., None])[..., 0]
    return matrix


def orbit(
    azimuth: float,
    elevation: float = 0.0,
    distance: float = 3.2,
    target: tuple[float, float, float] = (0.0, -0.15, 0.0),
    field_of_view: float = 0.6,
    size: int | tuple[int, int] = 512,
) -> Camera:
    """A camera on a sphere about `target`; azimuth 0 is in front of the person (+z), growing towards the person's left.

    Angles in radians, distance and target in metres, `field_of_view` is vertical, `size` is pixels or (width, height).
    """
    width, height = (size, size) if isinstance(size, int) else size
    centre = torch.tensor(target)
    direction = torch.tensor(
        [
            math.sin(azimuth) * math.cos(elevation),
            math.sin(elevation),
            math.cos(azimuth) * math.cos(elevation),
        ]
    )
    focal = height / 2 / math.tan(field_of_view / 2)
    intrinsics = torch.tensor([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])
    return Camera(look_at(centre + distance * direction, centre), intrinsics, width, height)
