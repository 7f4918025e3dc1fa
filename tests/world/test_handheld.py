"""The camera in a hand: it keeps the person in the picture, moves smoothly, and differs from capture to capture."""

import numpy as np
import torch

from lca.geometry.body_file import load_body
from lca.motion.posed import joints_at
from lca.motion.sequences import DENSE, sequence
from lca.world.stages.handheld import hand_held

BODY = load_body()
SIZE = 256


def filmed(seed, act="walk"):
    """A person walking in a circle and the camera that follows: joints (moments, 55, 3), camera."""
    rng = np.random.default_rng(seed)
    motion = sequence(act, seed, 6.0, DENSE, turning=5.0)
    joints = joints_at(motion, torch.zeros(100), np.arange(len(motion)))
    times = np.arange(len(motion)) / DENSE
    return joints, hand_held(rng, times, joints[:, 0].astype(float), -1.0, 1.7, rng.uniform(-3, 3), 1.5)


def test_the_person_stays_in_the_picture():
    closer, fills, focals = 0, [], []
    for seed in range(12):
        joints, hand = filmed(seed)
        closer += hand.closer
        focals.append(hand.focals[0])
        for index in range(0, len(joints), 60):
            pixels = hand.camera(index, SIZE).project(torch.from_numpy(joints[index]))[:, :2]
            inside = ((pixels > 0) & (pixels < SIZE)).all(-1).float()
            assert inside.mean() > 0.4 and inside[15] == 1, "the head is never lost"
            fills.append(float(pixels[:, 1].max() - pixels[:, 1].min()) / SIZE)
    assert 0 < closer < 6
    assert np.quantile(fills, 0.1) > 0.4 and np.quantile(fills, 0.9) < 1.6
    assert max(focals) > 2 * min(focals), "wide and long lenses"


def test_the_camera_moves_smoothly():
    for seed in range(3):
        _, hand = filmed(seed)
        step = np.linalg.norm(np.diff(hand.eyes, axis=0), axis=1) * DENSE
        assert step.max() < 4 and np.abs(np.diff(step)).max() < 0.5, "metres per second"
        towards = hand.aims - hand.eyes
        towards /= np.linalg.norm(towards, axis=1, keepdims=True)
        turn = np.arccos(np.clip((towards[1:] * towards[:-1]).sum(1), -1, 1)) * DENSE
        assert turn.max() < 1.5 and turn.mean() > 1e-3, "radians per second: it shakes, it does not jump"
