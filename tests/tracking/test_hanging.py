"""How loosely clothes hang: outlines in the photos overrule the garment head."""

import numpy as np
import pytest
import torch

from lca.formats.photos import Photos
from lca.geometry.camera import orbit
from lca.geometry.joint_names import JOINTS
from lca.model.checkpoint import with_heads
from lca.model.rig import Signals
from lca.model.skirt import KNOTS, Cut, skirted
from lca.render import render
from lca.tracking import hanging
from lca.tracking.hanging import SHARES, as_loose, as_worn, fit, may_hang
from lca.training.refining.views import Crop, View


@pytest.fixture(scope="module")
def fused(model):
    """What the model reads off photos of noise."""
    torch.manual_seed(0)
    noise = Photos(
        torch.rand(1, 2, 3, 256, 256),
        torch.ones(1, 2, 1, 256, 256),
        torch.rand(1, 2, 3, 128, 128),
        torch.ones(1, 2, 1, 128, 128),
    )
    with torch.no_grad():
        return model.read(noise)[1]


@pytest.fixture
def sure(model, monkeypatch):
    """A garment head that takes everybody's clothes for loose ones."""
    monkeypatch.setattr(model.garments, "looseness", lambda canonical, rest: torch.ones(len(rest)))
    return model


def signals() -> list[Signals]:
    """Standing with the arms out, and a knee lifted."""
    theta = torch.zeros(2, 156)
    theta[1, 3 * JOINTS.index("left_hip")] = -0.8
    return [Signals(each, torch.zeros(128), torch.zeros(4), torch.zeros(3)) for each in theta]


def photographed(avatar) -> list[View]:
    """Photos of an avatar from two sides, as wide as it is."""
    views = []
    for turn, drives in enumerate(signals()):
        camera = orbit(0.9 * turn, size=160)
        posed = avatar.drive(drives.theta, drives.eps, drives.psi, drives.translation)
        shown = render(posed, camera, torch.ones(3))
        views.append(View(Crop(shown.image, shown.alpha, camera), None, drives))
    return views


@pytest.mark.parametrize("share", (0.0, 0.5, 1.0))
def test_photos_say_how_much_of_the_garment_head_is_true(sure, fused, share):
    def hung(loose: float):
        return sure.avatar_of(fused, 2, loose=loose)

    views = photographed(hung(share))
    assert fit(hung(share), views) > 0.999 > 0.99 > fit(hung(1.0 - share if share != 0.5 else 0.0), views)
    chosen = as_loose(hung, views)
    assert chosen.metadata["loose"] == f"{share:g}"
    torch.testing.assert_close(chosen.canonical.means, hung(share).canonical.means)


def test_what_photos_cannot_tell_hangs_loose(sure, fused):
    """A skirt that is skinned as one does not tear, so that is what is believed where nothing speaks against it."""
    head_only = [View(Crop(torch.zeros(3, 8, 8), torch.zeros(1, 8, 8), orbit(0.0, size=8)), None, signals()[0])]
    assert (
        as_loose(lambda loose: sure.avatar_of(fused, 2, loose=loose), head_only).metadata["loose"] == f"{SHARES[0]:g}"
    )


def test_nothing_hangs_without_a_head_or_off_tight_clothes(sure, model, fused, monkeypatch):
    avatar = sure.avatar_of(fused, 2)
    assert may_hang(sure, fused, avatar)
    assert not may_hang(with_heads(sure, garments=False), fused, avatar)
    monkeypatch.setattr(model.garments, "looseness", lambda canonical, rest: torch.full((len(rest),), 0.01))
    assert not may_hang(model, fused, avatar)


def test_a_skirt_is_worn_if_it_suits_the_photos(sure, fused, monkeypatch):
    """And if not, clothes hang as loosely as the garment head says; without photos, as it says altogether."""

    def hung(loose: float):
        return sure.avatar_of(fused, 2, loose=loose)

    cut = Cut(-0.6, np.full((KNOTS, 2), [0.12, 0.0]))
    monkeypatch.setattr(hanging, "tailored", lambda *_: cut)
    right, wrong = photographed(skirted(hung(0.0), sure.template, cut)), photographed(hung(0.0))
    assert "skirt" in as_worn(sure, fused, hung, right).metadata
    assert "loose" in as_worn(sure, fused, hung, wrong).metadata
    torch.testing.assert_close(as_worn(sure, fused, hung, []).canonical.means, hung(1.0).canonical.means)
