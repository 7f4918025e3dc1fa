"""Faces out of captures: which are taken, where in their crops they are, and how they are varied."""

import numpy as np
import pytest
import torch

from lca.data.faces import FaceCrops, other_side, place_of, read_faces
from lca.data.varied_faces import FaceData, VariedCrops, varied
from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.model.face_place import CENTRE, REACH, face_front
from tests.world.captures import built


@pytest.fixture(scope="module")
def kept():
    return read_faces([built("wild")], "train")


def shown_by(place):
    """A map of canonical points, 64 x 64, as an affine camera sees the mean face's front, and where there are any."""
    front = face_front().reshape(-1, 4)
    at = ((front @ place + 1) * 32).floor().long()
    inside = ((at >= 0) & (at < 64)).all(-1)
    points = torch.zeros(3, 64, 64)
    points[:, at[inside, 1], at[inside, 0]] = (front[inside, :3] * REACH + torch.tensor(CENTRE)).T
    return points, points[2] != 0


def test_the_camera_is_told_by_the_points_whatever_some_of_them_do():
    true = torch.tensor([[0.5, 0.05], [0.02, -0.6], [0.2, 0.1], [0.1, 0.2]])
    points, known = shown_by(true)
    assert (place_of(points, known) - true).abs().max() < 0.03
    rows, columns = torch.nonzero(known & (points[1] > 0.6), as_tuple=True)
    points[0, rows[:40], columns[:40]] += 0.05
    assert (place_of(points, known) - true).abs().max() < 0.05


def test_faces_of_the_world_are_seen_from_the_front(kept):
    assert len(kept) >= 2 and kept.face.shape[1:] == (3, 128, 128)
    right, down = kept.place[:, 0, 0], kept.place[:, 1, 1]
    assert (right > 0).all() and (down < 0).all()
    assert kept.actions.isfinite().all()


def test_a_mirror_turns_left_into_right():
    names, other = load_body().expression_names, other_side()
    assert [other[k] for k in other] == list(range(len(names)))
    assert (
        names[other[names.index("eyeBlinkLeft")]] == "eyeBlinkRight"
        and names[other[names.index("jawRight")]] == "jawLeft"
    )
    assert other[names.index("jawOpen")] == names.index("jawOpen")


def test_a_mirrored_face_is_where_its_points_are(kept):
    one = kept[[0]]
    twin = one.mirrored()
    point, turned = face_front()[10, 5], face_front()[10, -6]
    assert torch.allclose((turned @ twin.place)[0] * torch.tensor([-1.0, 1.0]), (point @ one.place)[0], atol=0.03)
    again = twin.mirrored()
    assert all(torch.equal(getattr(one, name), getattr(again, name)) for name in ("face", "place", "actions"))


def test_a_varied_face_is_where_its_camera_says():
    """A white dot in a grey crop is found again at the point that the camera still sees there."""
    place = torch.tensor([[0.5, 0.0], [0.0, -0.6], [0.0, 0.0], [0.0, 0.2]])
    point = torch.tensor([0.2, 0.1, 0.5, 1.0])
    column, row = (((point @ place) + 1) * 64).long().tolist()
    face = torch.full((1, 3, 128, 128), 0.5)
    face[..., row - 2 : row + 3, column - 2 : column + 3] = 1.0
    for seed in range(6):
        new = varied(FaceCrops(face, place[None], torch.zeros(1, 52)), [np.random.default_rng(seed)])
        bright = new.face[0].mean(0) * (new.face[0].mean(0) > 0.9 * new.face[0].mean(0).max())
        rows, columns = torch.nonzero(bright, as_tuple=True)
        found = torch.stack([columns.float().mean(), rows.float().mean()])
        sides = [point, point * torch.tensor([-1.0, 1.0, 1.0, 1.0])]
        off = min(float((((side @ new.place[0]) + 1) * 64 - 0.5 - found).norm()) for side in sides)
        assert off < 2.0


def test_face_i_follows_from_the_seed_alone(kept):
    first, second = VariedCrops(kept, 3), VariedCrops(kept, 3)
    some, one = first.__getitems__([3, 4, 5, 6]), second.__getitems__([5])
    assert torch.equal(some.face[2], one.face[0]) and not torch.equal(some.face[2], some.face[3])
    assert not torch.equal(one.face, VariedCrops(kept, 4).__getitems__([5]).face)


def test_folders_are_asked_for():
    with pytest.raises(UserError, match=r"expected at least one folder in data\.folders"):
        FaceData([])
