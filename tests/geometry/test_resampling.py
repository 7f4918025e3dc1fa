"""Another rate: rotations against scipy's Slerp, the rest against straight lines."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation, Slerp

from lca.geometry.motion import Motion
from lca.geometry.resampling import resampled


def motion(frames: int, fps: float) -> Motion:
    return Motion(torch.randn(frames, 156), torch.randn(frames, 3), torch.rand(frames, 52), torch.randn(frames, 4), fps)


@pytest.mark.parametrize("fps", [24.0, 17.5, 100.0])
def test_against_scipy(fps):
    before = motion(11, 30.0)
    after = resampled(before, fps)
    times, instants = np.arange(11) / 30, np.arange(int(10 / 30 * fps) + 1) / fps
    assert (len(after), after.fps) == (len(instants), fps)
    for joint in (0, 20, 51):
        vectors = before.theta[:, 3 * joint : 3 * joint + 3].double().numpy()
        truth = Slerp(times, Rotation.from_rotvec(vectors))(np.clip(instants, 0, times[-1]))
        found = Rotation.from_rotvec(after.theta[:, 3 * joint : 3 * joint + 3].double().numpy())
        assert (truth.inv() * found).magnitude().max() < 2e-3
    for name in ("translation", "actions", "psi"):
        truth = [np.interp(instants, times, column) for column in getattr(before, name).numpy().T]
        np.testing.assert_allclose(getattr(after, name).numpy().T, truth, atol=1e-5)


def test_small_turns_and_one_frame_stay_finite():
    before = Motion(torch.full((3, 156), 1e-9), torch.zeros(3, 3), torch.zeros(3, 52), torch.zeros(3, 4), 30.0)
    assert resampled(before, 77.0).theta.isfinite().all()
    assert len(resampled(motion(1, 30.0), 24.0)) == 1


def test_own_rate_changes_nothing_and_rounded_rates_lose_no_frame():
    before = motion(601, 120.00048)  # Frame Time: .0083333
    assert torch.equal(resampled(before, 120.0).theta, before.theta)
    after = resampled(before, 24.0)
    assert len(after) == 121
    torch.testing.assert_close(after.translation[-1], before.translation[-1], atol=1e-2, rtol=0)
