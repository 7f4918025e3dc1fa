"""Gaze from irises: signs, and no change when the head turns."""

import pytest
import torch

from lca.geometry.rotations import axis_angle_to_matrix
from lca.tracking.face_landmarks import BROW, CHIN
from lca.tracking.gaze import EYES, REST, psi_of_irises


def _face(left: float = 0.0, up: float = 0.0, turn=(0.0, 0.0, 0.0)) -> torch.Tensor:
    """Landmarks (pixels, y down, z away from the camera) of a face whose irises are off by so many widths of an eye."""
    points = torch.zeros(478, 3)  # x to the person's left, y up, z forward
    points[BROW], points[CHIN] = torch.tensor([0.0, 60.0, 0.0]), torch.tensor([0.0, -60.0, 0.0])
    for side, (iris, outer, inner) in zip((1, -1), EYES, strict=True):
        points[outer], points[inner] = torch.tensor([side * 45.0, 15.0, 0.0]), torch.tensor([side * 15.0, 15.0, 0.0])
        points[iris] = torch.tensor([side * 30.0 + 30 * left, 15.0 + 30 * (REST + up), 0.0])
    turned = points @ axis_angle_to_matrix(torch.tensor(turn)).mT
    return turned * torch.tensor([1.0, -1.0, -1.0]) + torch.tensor([200.0, 150.0, 0.0])


def test_ahead():
    torch.testing.assert_close(psi_of_irises(_face()), torch.zeros(4), atol=1e-4, rtol=0)


@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (0.0, 0.5, 0.0), (0.3, -0.4, 0.2)])
def test_yaw_is_to_the_persons_left_and_pitch_up(turn):
    yaw, pitch, *other = psi_of_irises(_face(left=0.1, turn=turn)).tolist()
    assert 0.15 < yaw < 0.35 and abs(pitch) < 1e-3 and other == [yaw, pitch]
    yaw, pitch = psi_of_irises(_face(up=-0.08, turn=turn)).tolist()[:2]
    assert -0.3 < pitch < -0.1 and abs(yaw) < 1e-3


def test_nobody_looks_inside_their_head():
    assert psi_of_irises(_face(left=3.0, up=-3.0)).abs().max() <= 0.7
