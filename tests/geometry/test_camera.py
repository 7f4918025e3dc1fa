"""Where a camera is, and what it sees."""

import torch

from lca.geometry.camera import Camera, look_at, orbit


def test_the_eye_is_where_the_camera_was_put():
    torch.testing.assert_close(orbit(0.5, 0.2, 3.0, (0.0, 0.0, 0.0)).eye.norm(), torch.tensor(3.0))
    places, target = torch.tensor([[0.0, 1.0, 3.0], [2.0, 0.5, -1.0]]), torch.zeros(2, 3)
    cameras = Camera(look_at(places, target), torch.eye(3).expand(2, 3, 3), 8, 8)
    torch.testing.assert_close(cameras.eye, places)


def test_pixels_and_their_depths_are_world_points():
    camera = orbit(0.7, 0.2, 2.5, size=(12, 8))
    depth = 1.0 + torch.rand(8, 12)
    points = camera.unproject(depth)
    found = camera.project(points.reshape(-1, 3)).reshape(8, 12, 3)
    rows, columns = torch.meshgrid(torch.arange(8) + 0.5, torch.arange(12) + 0.5, indexing="ij")
    assert torch.allclose(found, torch.stack([columns, rows, depth], -1), atol=1e-3)


def test_depths_of_several_cameras_are_those_of_each():
    views = [orbit(angle, size=6) for angle in (0.0, 1.0)]
    matrices = torch.stack([view.camera_from_world for view in views])
    pair = Camera(matrices, torch.stack([view.intrinsics for view in views]), 6, 6)
    depth = 1.0 + torch.rand(2, 6, 6)
    for one, each, points in zip(views, depth, pair.unproject(depth), strict=True):
        assert torch.allclose(points, one.unproject(each), atol=1e-5)
