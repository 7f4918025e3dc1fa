"""Where a face is: the camera that its points tell, and the face as seen through it."""

import pytest
import torch

from lca.geometry.body_file import load_body
from lca.model.checkpoint import load_model, save_model
from lca.model.face_place import CENTRE, COLUMNS, REACH, ROWS, USUAL, FacePlace, face_front
from lca.model.network import LCA
from tests.model.conftest import TINY


def test_what_is_looked_at_is_the_front_of_the_mean_face():
    front = face_front()
    assert front.shape == (ROWS, COLUMNS, 4) and (front[..., 3] == 1).all()
    points = front[8:48, 12:36, :3].reshape(-1, 3) * REACH + torch.tensor(CENTRE)
    assert torch.cdist(points, load_body().template).amin(1).max() < 0.012
    assert (front[0, :, 1] > front[-1, :, 1]).all() and (front[:, 0, 0] < front[:, -1, 0]).all()
    nose, cheek = front[ROWS // 2, COLUMNS // 2, 2], front[ROWS // 2, 8, 2]
    assert nose > cheek


def test_a_face_that_moved_in_its_crop_looks_the_same_through_a_camera_that_moved_with_it():
    place = FacePlace()
    face = torch.nn.functional.interpolate(torch.rand(1, 3, 16, 16), (128, 128), mode="bilinear")
    usual, moved = torch.tensor(USUAL)[None], torch.tensor(USUAL)[None].clone()
    moved[:, 3] += torch.tensor([8.0, -6.0]) * 2 / 128
    seen = place.view(face, usual)
    assert (place.view(face.roll((-6, 8), (2, 3)), moved) - seen).abs().max() < 1e-4
    assert (place.view(face, moved) - seen).abs().mean() > 0.05


def test_before_training_every_face_is_where_faces_usually_are():
    looks = FacePlace()(torch.rand(2, 3, 128, 128))
    assert all(torch.equal(look, torch.tensor(USUAL).expand(2, 4, 2)) for look in looks)


@pytest.mark.parametrize("version", ["3", "6"])
def test_a_file_of_the_time_before_reads_faces_at_rest_and_names_expressions_as_ever(version, tmp_path):
    from lca.formats.tensor_file import read_tensors, write_tensors
    from lca.model.checkpoint import MODEL

    network = LCA(TINY).eval()
    save_model(network, tmp_path / "new.safetensors")
    tensors, words = read_tensors(tmp_path / "new.safetensors", MODEL)
    before = {n: v for n, v in tensors.items() if not n.startswith("face_code.") or n == "face_code.action_map"}
    before["face_code.convolutions.0.0.weight"] = torch.zeros(24, 3, 3, 3)
    write_tensors(tmp_path / "old.safetensors", before, words | {"version": version})
    loaded, again = load_model(tmp_path / "old.safetensors"), load_model(tmp_path / "new.safetensors")
    actions = torch.rand(2, 52)
    assert torch.equal(loaded.face_code.named(actions), again.face_code.named(actions))
    assert (loaded.face_code(torch.rand(2, 3, 128, 128)) == 0).all()
    assert (again.face_code(torch.rand(2, 3, 128, 128)) != 0).any()
