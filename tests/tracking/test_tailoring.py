"""Tailoring: photos say of which cut a skirt is, and that trousers are none."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.geometry.camera import orbit
from lca.geometry.joint_names import JOINTS
from lca.model.rig import Signals
from lca.model.skirt import Cut, skirted
from lca.render import render
from lca.tracking import tailoring
from lca.tracking.tailoring import LIKELY, PERHAPS, SURE, Fitting, tailored, thickness
from lca.training.refining.views import Crop, View

CUT = Cut(-0.62, np.array([[0.02, 0.0], [0.07, 0.01], [0.14, 0.01]]))


def photographed(avatar, apart: float = 0.12) -> list[View]:
    """Photos from three sides, legs so far apart (radians)."""
    views = []
    for turn in range(3):
        theta = torch.zeros(156)
        for joint, side in (("left_hip", 1.0), ("right_hip", -1.0)):
            theta[3 * JOINTS.index(joint) + 2] = side * apart
        drives = Signals(theta, torch.zeros(128), torch.zeros(4), torch.zeros(3))
        camera = orbit(1.1 * turn, size=256)
        shown = render(avatar.rig.pose(avatar.canonical, drives), camera, torch.ones(3))
        views.append(View(Crop(shown.image, shown.alpha, camera), None, drives))
    return views


@pytest.fixture
def likely(monkeypatch):
    """A network that takes everybody's clothes for a skirt, but not for sure."""
    monkeypatch.setattr(tailoring, "thickness", lambda *_: 0.5 * (LIKELY + SURE))


@pytest.fixture(scope="module")
def plain(avatar):
    return replace(avatar, materials=None)


def test_outlines_say_the_cut(model, plain, likely):
    cut = tailored(plain, model.template, photographed(skirted(plain, model.template, CUT)))
    assert cut is not None
    assert cut.hem == pytest.approx(CUT.hem, abs=0.02)
    np.testing.assert_allclose(cut.ease[:, 0], CUT.ease[:, 0], atol=0.02)


def test_trousers_show_what_is_between_the_legs(model, plain, likely):
    assert tailored(plain, model.template, photographed(plain)) is None


def test_whom_the_network_takes_for_somebody_in_trousers_is_not_asked(model, plain, monkeypatch):
    monkeypatch.setattr(tailoring, "Fitting", None)
    assert thickness(plain, model.template) < PERHAPS
    assert tailored(plain, model.template, photographed(plain)) is None


def test_thick_thighs_with_one_front_are_a_sign(model, plain):
    worn = skirted(plain, model.template, CUT)
    assert thickness(worn, model.template) > SURE


def test_photos_of_nobody_say_nothing(model, plain, likely):
    empty = [View(replace(view.body, mask=0 * view.body.mask), None, view.signals) for view in photographed(plain)]
    assert Fitting(plain, model.template, empty).targets == []
    assert tailored(plain, model.template, empty) is None
