"""Landmarks of a face hold the head in refinement, whatever the picture says."""

from dataclasses import replace

import torch

from lca.geometry.body import PARTS
from lca.training.refine import RefineConfig, refine
from lca.training.refining.landmarks import Landmarks
from tests.training.striped import seen_from, striped


def landmarks_of(avatar, view, places):
    """What a photo shows of some Gaussians of the face."""
    signals = view.signals
    posed = avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation).means
    return view.body.camera.project(posed[places])[:, :2]


def test_the_head_follows_landmarks_where_the_picture_says_otherwise(avatar, network):
    painted = striped(avatar, network.template)
    views = [seen_from(painted, azimuth) for azimuth in (-0.3, 0.3)]
    template, down = network.template, torch.tensor([0.0, 1.5])
    face = (template.part == PARTS.index("face")).nonzero()[::40, 0]
    shown = [landmarks_of(painted, view, face) + down for view in views]
    error = torch.full((len(face),), 0.003)
    held = [
        replace(view, landmarks=Landmarks(template.points[face], pixels, error, torch.zeros(2, 16, 2)))
        for view, pixels in zip(views, shown, strict=True)
    ]

    def off(photos):
        signals = refine(painted, template, photos, RefineConfig(align=60, steps=0)).signals
        there = [replace(view, signals=signals[photo]) for photo, view in enumerate(photos)]
        apart = [landmarks_of(painted, view, face) - pixels for view, pixels in zip(there, shown, strict=True)]
        return torch.cat(apart).norm(dim=-1).mean()

    assert off(views) > 1.0 and off(held) < 0.5
