"""Where a camera is, and what it sees."""

import torch

from lca.geometry.camera import Camera, look_at, orbit


def test_the_eye_is_where_the_camera_was_put():
    torch.testing.assert_close(orbit(0.5, 0.2, 3.0, (0.0, 0.0, 0.0)).eye.norm(), torch.tensor(3.0))
    places, target = torch.tensor([[0.0, 1.0, 3.0], [2.0, 0.5, -1.0]]), torch.zeros(2, 3)
    cameras = Camera(look_at(places, target), torch.eye(3).expand(2, 3, 3), 8, 8)
    torch.testing.assert_close(cameras.eye, places)
