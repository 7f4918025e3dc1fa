"""A person in stripes, and photos of an avatar in a pose with lowered arms: what tests of refinement start from."""

from dataclasses import replace

import torch

from lca.geometry.camera import orbit
from lca.model.driver import EPS
from lca.model.rig import Signals
from lca.render import render
from lca.training.refining.views import Crop, View

WHITE = torch.ones(3)


def striped(avatar, template):
    """The same person in stripes."""
    height = template.points[:, 1:2]
    stripes = 0.5 + 0.4 * torch.sin(25.0 * height + torch.tensor([0.0, 2.0, 4.0]))
    return replace(avatar, canonical=replace(avatar.canonical, colors=stripes))


def crop(avatar, signals, camera):
    """What a camera sees of the avatar."""
    with torch.no_grad():
        shown = render(avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation), camera, WHITE)
    return Crop(shown.image, shown.alpha, camera)


def seen_from(avatar, azimuth):
    """A photo, body and head."""
    theta = torch.zeros(156)
    theta[3 * 16 + 2], theta[3 * 17 + 2] = -0.6, 0.6
    signals = Signals(theta, torch.zeros(EPS), torch.zeros(4), torch.zeros(3))
    head = tuple(avatar.canonical.means[avatar.canonical.means[:, 1] > 0.5].mean(0).tolist())
    return View(
        crop(avatar, signals, orbit(azimuth, size=96)),
        crop(avatar, signals, orbit(azimuth, 0.0, 1.5, head, 0.25, 48)),
        signals,
    )
