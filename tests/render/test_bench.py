"""The benchmark at a size of seconds."""

import json

import torch

from lca.geometry.camera import orbit
from lca.render import render
from lca.render.bench import CASES, bench_case, standing_person


def test_case_is_json_with_positive_numbers():
    case = bench_case(500, 64, rounds=1, repeats=2)
    assert set(case) >= {"forward_fps", "both_fps", "forward_ratio", "both_ratio"}
    assert all(value > 0 for value in json.loads(json.dumps(case)).values())
    assert set(CASES) == {"8k_256", "20k_256", "20k_512", "64k_512"}


def test_person_stands_in_the_picture():
    alpha = render(standing_person(4000), orbit(0.5, distance=3.6, size=128)).alpha[0]
    rows = (alpha > 0.5).any(1).nonzero()
    assert 0.7 < (rows.max() - rows.min()).item() / 128 < 0.95
    assert not alpha[0].any() and not alpha[-1].any()
    assert torch.equal(standing_person(100).means, standing_person(100).means)
