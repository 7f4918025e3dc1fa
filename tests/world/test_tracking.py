"""Errors of tracking: as large as they should be, alike in neighbouring frames, now and then gross."""

import numpy as np
import pytest

from lca.world.stages.tracking import FAILING, joint_noise, lost, tracked_wild


def test_errors_have_their_size_and_drift():
    times = np.arange(0, 20, 0.1)
    noise = np.degrees(np.stack([joint_noise(np.random.default_rng(seed), times) for seed in range(6)]))
    size = np.linalg.norm(noise, axis=-1).mean((0, 1))
    assert 0.8 < size[:12].mean() < 2.2 and 3.5 < size[22:].mean() < 8
    moving = noise - noise.mean(1, keepdims=True)
    near = (moving[:, 1:] * moving[:, :-1]).mean() / (moving**2).mean()
    far = (moving[:, 40:] * moving[:, :-40]).mean() / (moving**2).mean()
    assert near > 0.5 and abs(far) < 0.3


def test_the_tracker_is_lost_now_and_then_and_mostly_knows():
    failures = []
    for seed in range(200):
        joints = np.zeros((12, 52, 3), np.float32) + np.linspace(0, 0.5, 12, dtype=np.float32)[:, None, None]
        before = joints.copy()
        failed = lost(np.random.default_rng(seed), joints)
        changed = np.abs(joints - before).max((1, 2)) > 1e-6
        assert not (changed & (failed == 0)).any(), "frames that are not lost stay as they are"
        burst = np.flatnonzero(failed)
        assert len(burst) <= 3 and (np.diff(burst) == 1).all()
        failures.append(failed.any())
    assert np.mean(failures) == pytest.approx(FAILING, abs=0.08)


def test_confidence_falls_where_errors_are_gross():
    times, cameras = np.arange(12) * 0.6, np.tile(np.eye(4, dtype=np.float32), (12, 1, 1))
    theta, betas = np.zeros((12, 156), np.float32), np.zeros(100, np.float32)
    gross, fine = [], []
    for seed in range(80):
        place = np.zeros((12, 3), np.float32)
        tracked = tracked_wild(np.random.default_rng(seed), times, theta, place, betas, cameras)
        error = np.linalg.norm(tracked.theta.reshape(12, 52, 3)[:, :22], axis=-1).max(1)
        gross += tracked.confidence[error > 0.6].tolist()
        fine += tracked.confidence[error <= 0.6].tolist()
        assert tracked.confidence.min() >= 0 and tracked.confidence.max() <= 1
        assert np.abs(tracked.translation).max() < 0.15
    assert np.mean(fine) > 0.9 and len(gross) > 3 and np.mean(gross) < 0.6
