"""Baselines: what they are made of, not how good they are."""

import numpy as np
import pytest
import torch

from lca.data.batch import make_example
from lca.data.sources import open_source
from lca.formats.photos import GREY
from lca.training.baselines import bare, baselines, open_gallery, vector_of
from tests.world.captures import built


@pytest.fixture(scope="module")
def person():
    recording = open_source(built("wild"), "test")[0]
    shown, wanted = recording.photos([0, 1]), recording.photos([2])
    return make_example(shown, wanted, np.random.default_rng(0), exact=True), shown


def test_a_bare_body_has_one_colour_and_no_correction(network, person):
    example, _ = person
    avatar = bare(network, network.reconstruct(example.photos, example.betas), example)
    images, masks = example.photos.body, example.photos.body_mask
    seen = (images - GREY * (1 - masks)).sum((0, 2, 3)) / masks.sum()
    assert torch.allclose(avatar.canonical.colors, seen.expand_as(avatar.canonical.colors))
    assert torch.equal(avatar.canonical.means, network.template.shaped(example.betas[None])[0])
    still = avatar.signals(example.targets.theta, torch.zeros(1, 128), example.targets.psi, example.targets.translation)
    assert not avatar.correction(still).colors.any()


def test_the_nearest_of_a_gallery_is_found_by_what_photos_show(network, person):
    example, shown = person
    gallery = open_gallery(built("wild"), photos=2)
    assert len(gallery.vectors) == len(gallery.source)
    training = gallery.source[0].photos([0])
    assert gallery.vectors[0] @ vector_of(training) > 0.5
    scores = baselines(network, example, shown, gallery)
    assert set(scores) == {"baseline_mean_colour", "baseline_nearest_person"}
    assert set(baselines(network, example, shown, None)) == {"baseline_mean_colour"}
    twin = network.reconstruct(gallery.most_like(shown), example.betas)
    assert torch.equal(twin.betas, example.betas)
