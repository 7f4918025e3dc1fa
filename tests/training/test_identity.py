"""The network that tells people apart, and retrieval with it."""

import pytest
import torch
from torch.nn import functional as F

from lca.data.sources import open_source
from lca.errors import UserError
from lca.formats.captures import SPLITS
from lca.training.identity import WEIGHTS, crops, load_identity
from lca.training.retrieval import described, likenesses, retrieved
from lca.training.scores import Likenesses, Views, truth_of
from tests.world.captures import built


@pytest.fixture(scope="module")
def people():
    """All frames of three people of a seed that the network was not trained on."""
    sources = [open_source(built("wild"), split)[0] for split in SPLITS]
    return [source.photos(range(len(source))) for source in sources]


def test_people_that_it_never_saw_are_told_apart(people):
    vectors = [described(truth_of(capture), capture.body_box) for capture in people]
    who = torch.cat([torch.full((len(one),), place) for place, one in enumerate(vectors)])
    every = torch.cat(vectors)
    assert torch.allclose(every.norm(dim=-1), torch.ones(len(every)), atol=1e-5)
    nearest = (every @ every.T).fill_diagonal_(-2).argmax(-1)
    assert (who[nearest] == who).float().mean() > 0.8


def test_it_looks_at_the_person_not_at_the_place_in_the_picture(people):
    views, box = truth_of(people[0]), people[0].body_box
    body, mask = (F.pad(x, (0, 40, 0, 40), value=fill) for x, fill in ((views.body, 1.0), (views.body_mask, 0.0)))
    moved = Views(body.roll((24, 16), (-2, -1)), views.face, mask, views.face_mask)
    (body, _), (again, _) = crops(views, box), crops(moved, box + torch.tensor([16.0, 24.0, 16.0, 24.0]))
    assert (body - again).abs().max() < 1e-4


def test_shipped_weights_are_small():
    assert WEIGHTS.stat().st_size < 1e6


@pytest.mark.parametrize(("content", "says"), [(None, "no such file"), (b"not weights", "something else")])
def test_bad_weights_are_one_line(tmp_path, content, says):
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=f"expected weights of the identity network, got {says}.*build_identity"):
        load_identity(path)


def unit(*angles):
    angle = torch.tensor(angles)
    return torch.stack([angle.cos(), angle.sin()], -1)


def test_the_nearest_photo_of_all_decides():
    a = Likenesses(unit(0.0, 0.2), unit(0.1, 0.15), unit(0.9, 1.4), unit(0.1, 1.4))
    b = Likenesses(unit(1.0, 1.5), unit(1.1), unit(1.6), unit(0.0))
    assert retrieved([("a", a), ("b", b)]) == [
        ("a", {"top1_feed_forward": 0.0, "top1_refined": 0.5, "ceiling": 1.0}),
        ("b", {"top1_feed_forward": 1.0, "top1_refined": 0.0, "ceiling": 1.0}),
    ]
    (one, again), _ = retrieved([("a", a), ("a", b)]), None
    assert one[1]["top1_feed_forward"] == again[1]["top1_refined"] == 1.0, (
        "photos of any of a person's captures will do"
    )


def test_renders_stand_for_the_target_frames(people):
    capture = people[0]
    truth = truth_of(capture)
    blank = Views(torch.ones_like(truth.body), torch.ones_like(truth.face), truth.body_mask, truth.face_mask)
    found = likenesses(capture, capture, blank, truth)
    assert torch.equal(found.refined, found.truth) and torch.equal(found.photos, found.truth)
    assert (found.feed_forward * found.truth).sum(-1).max() < 0.99
