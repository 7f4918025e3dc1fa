"""Heat lies where the attention is, on one scale for all pictures."""

import numpy as np
import torch

from lca.formats.photos import Photos
from lca.geometry.body_file import load_body
from lca.lab.attention import CHOSEN, FEW, FULL, anchor_near, attention_picture, first_look, heat, looks
from lca.lab.held_out import everybody
from lca.model.network import LCA
from lca.training.attention import Gaze
from lca.training.evaluate import Evaluation
from tests.world.captures import built


def test_a_landmark_has_the_nearest_anchor(network: LCA):
    nose, heel = (network.template.anchors[anchor_near(network.template, name)] for name in ("nose", "left_heel"))
    assert nose[1] > 0.5 and heel[1] < -0.9 and heel[0] > 0, "the left is +x"
    assert set(CHOSEN) | set(FEW) <= set(load_body().landmarks)


def test_heat_is_where_the_weights_are():
    times = torch.ones(4, 4)
    times[1, 2] = 2 * FULL
    painted = heat(torch.full((3, 64, 64), 0.5), times)
    redness = painted[0] - painted[2]
    assert redness[24, 40] > 0.8 and redness[:, :16].abs().max() < 1e-6, "an even share is no heat"
    times[1, 2] = 2.0
    faint = heat(torch.full((3, 64, 64), 0.5), times)
    assert 0.1 < faint[0, 24, 40] - faint[2, 24, 40] < 0.5


def test_each_crop_has_its_heat_and_a_look_at_nothing_has_none(photos: Photos):
    body, face = torch.full((2, 3, 16, 16), 1e-3), torch.full((2, 3, 8, 8), 1e-3)
    body[1, 0, 8, 8], face[1, 2, 4, 4] = 0.05, 0.01
    flat = photos.map(lambda picture: torch.full_like(picture, 0.5))
    drawn = [np.asarray(looks(flat, Gaze(body, face), anchor, "", 128)).astype(int)[:128] for anchor in (0, 1)]
    redness = [
        [(pixels[..., 0] - pixels[..., 2])[:, k * 134 : k * 134 + 128].max() for k in range(6)] for pixels in drawn
    ]
    assert max(redness[0]) < 20, "all alike: it looks nowhere"
    assert redness[1][0] > redness[1][5] > 100 and max(redness[1][1:5]) < 20


def test_a_row_for_each_landmark_model_and_layer(network: LCA):
    (example,) = everybody(built("wild"), splits=("test",))
    line = 100 + 18 + 6
    shown = attention_picture({"before": network, "after": network}, example, ("nose", "left_heel"), height=100)
    assert shown.size == (4 * 100 + 3 * 6, 100 + 4 * line)


def test_the_first_look_is_at_whom_the_evaluation_measures(network: LCA):
    evaluation = Evaluation(built("wild"), photos=2, targets=1, people=1)
    assert first_look(network, evaluation).height == 140 + len(FEW) * (140 + 18 + 6)
