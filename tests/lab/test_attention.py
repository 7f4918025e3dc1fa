"""Heat lies where the attention is, on one scale for all photos of an anchor."""

import numpy as np
import torch

from lca.formats.photos import Photos
from lca.geometry.body_file import load_body
from lca.lab.attention import CHOSEN, FEW, anchor_near, attention_picture, first_look, heat, looks
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
    weights = torch.zeros(4, 4)
    weights[1, 2] = 0.3
    painted = heat(torch.full((3, 64, 64), 0.5), weights, 0.3)
    redness = painted[0] - painted[2]
    assert redness[24, 40] > 0.8 and redness[:, :16].abs().max() < 1e-6 and painted.max() <= 1
    faint = heat(torch.full((3, 64, 64), 0.5), weights, 1.2)
    assert 0 < faint[0, 24, 40] - faint[2, 24, 40] < redness[24, 40], "the scale is the caller's"


def test_all_photos_of_an_anchor_share_a_scale(photos: Photos):
    body, face = torch.zeros(2, 3, 16, 16), torch.zeros(2, 3, 8, 8)
    body[1, 0, 8, 8], face[1, 2, 4, 4] = 0.8, 0.05
    pixels = np.asarray(looks(photos, Gaze(body, face), 1, "nose", 128)).astype(int)
    redness = (pixels[:128, :, 0] - pixels[:128, :, 2]).max(0)
    crops = [redness[k * 134 : k * 134 + 128].max() for k in range(6)]
    assert crops[0] == max(crops) > crops[5] + 20


def test_a_row_for_each_landmark_model_and_layer(network: LCA):
    (example,) = everybody(built("wild"), splits=("test",))
    line = 100 + 18 + 6
    shown = attention_picture({"before": network, "after": network}, example, ("nose", "left_heel"), height=100)
    assert shown.size == (4 * 100 + 3 * 6, 100 + 4 * line)


def test_the_first_look_is_at_whom_the_evaluation_measures(network: LCA):
    evaluation = Evaluation(built("wild"), photos=2, targets=1, people=1)
    assert first_look(network, evaluation).height == 140 + len(FEW) * (140 + 18 + 6)
