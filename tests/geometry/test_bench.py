"""The bench of skinning at a size of a moment."""

import json

import torch

from lca.geometry.bench import bench_skinning, bent, on_body
from lca.geometry.skinning import skin_gaussians


def test_numbers_are_positive_json():
    measured = bench_skinning(300, rounds=1)
    assert set(measured) == {"forward_ms", "both_ms", "forward_ratio", "both_ratio"}
    assert all(value > 0 for value in json.loads(json.dumps(measured)).values())


def test_the_pose_moves_the_body():
    gaussians, indices, weights = on_body(20_000)
    posed = skin_gaussians(gaussians, bent(), indices, weights)
    assert (posed.means - gaussians.means).norm(dim=-1).mean() > 0.05
    assert torch.equal(posed.scales, gaussians.scales)
