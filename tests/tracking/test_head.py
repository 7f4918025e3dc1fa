"""The square about the head: all that is above the chin belongs to it, raised arms and shoulders do not."""

import torch

from lca.tracking.head import find_head_box
from lca.tracking.pyramid import PhotoPyramid
from tests.tracking.conftest import METRE, mask_of, standing


def _box(mask, body=None):
    return find_head_box(PhotoPyramid.of(mask), standing() if body is None else body, None)


def test_the_head_of_a_drawn_body():
    x0, y0, x1, y1 = _box(mask_of(standing())).tolist()
    assert x1 - x0 == y1 - y0
    assert abs((x0 + x1) / 2 - 120) < 2 and 20 < x1 - x0 < 32
    assert y0 < 130 - 0.755 * METRE and 130 - 0.55 * METRE < y1 < 130 - 0.45 * METRE


def test_hats_belong_and_raised_hands_do_not():
    body = standing()
    bare, hat = mask_of(body), mask_of(body)
    hat[0, 40:56, 104:136] = 1
    wide, narrow = _box(hat), _box(bare)
    assert wide[1] < narrow[1] - 10 and wide[2] - wide[0] > narrow[2] - narrow[0] + 8
    waving = standing(left_elbow=(0.3, -0.62), left_wrist=(0.2, -0.85), left_index=(0.14, -0.9))
    torch.testing.assert_close(_box(mask_of(waving), waving), narrow, atol=4.0, rtol=0)


def test_a_head_outside_the_photo_has_no_box():
    body = standing((120.0, 40.0))
    assert (_box(mask_of(body), body) == 0).all()
    assert (_box(torch.zeros(1, 240, 240)) == 0).all()
