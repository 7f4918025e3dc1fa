import pytest
import torch

from lca.errors import UserError
from lca.model.checkpoint import with_heads
from lca.model.network import LCA
from lca.tracking.observe import BODY_PIXELS, BODY_SHARE, FACE_PIXELS, FACE_SHARE, Framing, observe
from tests.model.conftest import TINY, network, photos  # noqa: F401


@pytest.fixture
def framing():
    body = torch.tensor([[10.0, 20.0, 266.0, 276.0]]).repeat(3, 1)
    face = torch.tensor([[100.0, 30.0, 164.0, 94.0]]).repeat(3, 1)
    return Framing(body, face, torch.tensor([[300.0, 400.0]]).repeat(3, 1))


@torch.no_grad()
def look(model, photos, framing, **seen):  # noqa: F811
    maps, fused = model.read(photos[None])
    return observe(maps, fused.betas[0], photos, framing, **seen)


def test_pixels_are_those_of_the_photo(network, photos, framing):  # noqa: F811
    observations = look(network, photos, framing, psi=torch.zeros(3, 4))
    assert len(observations) == 3 and observations.betas.shape == (100,)
    pixels = observations.sights[0].pixels
    body, face = pixels[:BODY_PIXELS], pixels[BODY_PIXELS:]
    assert len(face) == FACE_PIXELS
    # the mask of the fixture is rows 20-240, columns 90-165 of the body's crop, which is cut at (10, 20) without scaling
    assert (body.amin(0) >= torch.tensor([100.0, 40.0])).all() and (body.amax(0) <= torch.tensor([175.0, 260.0])).all()
    assert (face.amin(0) >= torch.tensor([115.0, 40.0])).all() and (face.amax(0) <= torch.tensor([150.0, 94.0])).all()
    torch.testing.assert_close(observations.sights[0].share.sum(), torch.tensor(BODY_SHARE + FACE_SHARE))


def test_depths_are_of_the_same_pixels(network, photos, framing):  # noqa: F811
    deep = with_heads(network, points=True, depth=True).eval()
    assert look(with_heads(network, points=True).eval(), photos, framing).sights[0].depth is None
    sight, (body, _) = look(deep, photos, framing).sights[0], deep.correspondences(photos[None])
    assert sight.depth is not None and sight.depth_error is not None and body.depth is not None
    column, row = ((sight.pixels[:BODY_PIXELS] - framing.body_box[0, :2]) / 2).floor().long().T
    torch.testing.assert_close(sight.depth[:BODY_PIXELS], body.depth.behind[0, 0, row, column])
    torch.testing.assert_close(sight.depth_error[:BODY_PIXELS], body.depth.log_error[0, 0, row, column].exp())
    assert len(sight.depth) == len(sight.pixels)


def test_an_empty_face_crop_does_not_spoil_the_body(network, photos, framing):  # noqa: F811
    photos.face_mask[1] = 0
    observations = look(network, photos, framing)
    assert [len(sight.pixels) for sight in observations.sights] == [800, BODY_PIXELS, 800]
    assert all(sight.canonical.isfinite().all() for sight in observations.sights)


def test_the_usual_lens_where_none_is_told(framing):
    expected = torch.tensor([[480.0, 0.0, 150.0], [0.0, 480.0, 200.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(framing.intrinsics()[0], expected)


def test_bad_input(network, photos, framing):  # noqa: F811
    one = Framing(framing.body_box[:1], framing.face_box[:1], framing.size[:1])
    with pytest.raises(UserError, match="with a box each"):
        look(network, photos, one)
    letter = LCA(TINY.__class__(TINY.encoder, TINY.fusion, TINY.template, transport=False)).eval()
    with pytest.raises(UserError, match="dense head"):
        look(letter, photos, framing)
