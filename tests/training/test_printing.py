"""A face printed from photos: finer tiles, hidden ones like those that are seen; what no photo shows is not believed."""

from dataclasses import replace

import pytest
import torch

from lca.geometry.body import PARTS
from lca.geometry.camera import orbit
from lca.model.driver import EPS
from lca.model.rig import Signals
from lca.render import render
from lca.tracking.face_fit import ironed
from lca.training.refining.landmarks import Landmarks
from lca.training.refining.photographs import Photographs
from lca.training.refining.printing import Print, printed
from lca.training.refining.views import Crop, View

WHITE = torch.ones(3)


def paint(points):
    """Broad stripes over a face."""
    return 0.5 + 0.3 * torch.sin(60.0 * points[:, 1:2] + torch.tensor([0.0, 2.0, 4.0]))


@pytest.fixture(scope="module")
def grey(whole, model):
    """Somebody with a plain, smooth face."""
    smooth = ironed(whole, model.template)
    return replace(smooth, canonical=replace(smooth.canonical, colors=torch.full_like(smooth.canonical.colors, 0.5)))


@pytest.fixture(scope="module")
def photographs(grey, model):
    """One photo, from the front, of the same person with a painted face."""
    still = Signals(torch.zeros(156), torch.zeros(EPS), torch.zeros(4), torch.zeros(3))
    painted = replace(grey.canonical, colors=paint(grey.canonical.means))
    head = tuple(grey.canonical.means[model.template.part == PARTS.index("face")].mean(0).tolist())
    crops = []
    for camera in (orbit(0.0, size=256), orbit(0.0, 0.0, 1.5, head, 0.2, 192)):
        shown = render(painted, camera, WHITE)
        crops.append(Crop(shown.image, shown.alpha, camera))
    body, face = crops
    return Photographs(grey, model.template, [View(body, face, still)], 0.0, torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def watched(photographs, grey, model):
    """The same photo with landmarks that put open eyes, two squares, on the cheeks."""
    (view,) = photographs.views
    view = replace(view, body=view.face)
    cheeks = view.body.camera.project(torch.tensor([[side * 0.03, 0.56, 0.12] for side in (-1.0, 1.0)]))[:, :2]
    corners = 6.0 * torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    eyes = cheeks[:, None] + corners
    seen = Landmarks(torch.zeros(1, 3), torch.zeros(1, 2), torch.ones(1), eyes)
    generator = torch.Generator().manual_seed(0)
    return Photographs(grey, model.template, [replace(view, landmarks=seen)], 0.0, generator)


def before(grey, surface, gate):
    return Print(grey, surface, gate, torch.arange(len(gate)))


def test_all_tiles_of_a_face_have_the_colours_of_the_photo(grey, surface, photographs, model):
    done = printed(before(grey, surface, torch.ones(len(grey.canonical))), photographs, model.template)
    face = done.surface.face
    assert torch.equal(face, surface.face[done.parents]) and face.sum() == 4 * surface.face.sum()
    own = done.avatar.canonical
    believed = face & (done.gate == 1.0)
    assert 0.4 < believed.sum() / face.sum() < 0.8, "cheeks and jaws are seen at a slant, or not at all"
    off = (own.colors - paint(own.means))[believed].abs().mean(-1)
    assert off.quantile(0.98) < 0.12 and off.mean() < 0.04
    assert (own.colors[~face] == 0.5).all() and (done.gate[~face] == 1.0).all()
    assert own.scales[face].max(-1).values.median() < 0.8 * grey.canonical.scales[surface.face].max(-1).values.median()


def test_tiles_may_stay_whole_and_a_face_that_no_photo_shows_is_left_alone(grey, surface, photographs, model):
    whole = printed(before(grey, surface, torch.ones(len(surface.face))), photographs, model.template, cut=False)
    assert len(whole.avatar.canonical) == len(grey.canonical) and (whole.avatar.canonical.colors != 0.5).any()
    hidden = before(grey, surface, torch.where(surface.face, 0.2, 1.0))
    assert printed(hidden, photographs, model.template) is hidden


def test_what_lies_between_the_lids_is_not_printed_on_them(grey, surface, photographs, watched, model):
    start = before(grey, surface, torch.ones(len(grey.canonical)))
    plain, spared = (printed(start, photos, model.template) for photos in (photographs, watched))
    eyes = watched.between_lids(0, watched.faces[0])
    assert not photographs.between_lids(0, photographs.faces[0]).any() and 40 < eyes.sum() < 2000
    posed = watched.posed(spared.avatar.canonical, 0, spared.avatar.rig, spared.parents)
    x, y, _ = watched.faces[0].camera.project(posed.means).long().unbind(-1)
    height, width = eyes.shape[1:]
    on = spared.surface.face & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    on[on.clone()] = eyes[0, y[on], x[on]]
    seen = on & (plain.gate == 1.0)
    assert seen.sum() > 20 and (spared.gate[seen] < 0.5).float().mean() > 0.9
