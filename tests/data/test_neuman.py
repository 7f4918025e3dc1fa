"""A capture of the world's most used layout becomes the same type as ours, in our conventions."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from lca.data.module import AvatarData
from lca.data.neuman import FittedBody, NeumanCapture
from lca.data.sources import open_source
from lca.errors import UserError
from lca.formats.photos import mask_box
from lca.geometry.body_file import load_body
from tests.data.neuman_capture import FRAMES, write, write_capture


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("neuman") / "citron"
    return folder, write_capture(folder)


def posed(capture):
    body, frames = load_body(), len(capture)
    return body.posed(capture.betas.expand(frames, -1), capture.theta, capture.translation, capture.psi)


def test_the_body_is_where_the_pictures_show_it(written):
    folder, truth = written
    capture = NeumanCapture(folder, "train", truth.body).photos([1, 0])
    assert capture.identity == "citron" and capture.stage == "neuman" and len(capture) == 2
    vertices = posed(capture)
    assert (vertices[:, load_body().landmarks["head_top"], 1] > capture.translation[:, 1]).all(), "y is up"
    pixels = capture.camera.project(vertices)[..., :2]
    for frame in range(2):
        inside = ((pixels[frame] > 0) & (pixels[frame] < 256)).all(-1)
        x, y = pixels[frame][inside].long().unbind(-1)
        assert (capture.mask[frame, 0, y, x] > 0.5).float().mean() > 0.98
        low, high = pixels[frame].amin(0), pixels[frame].amax(0)
        assert torch.stack([low - capture.body_box[frame, :2], capture.body_box[frame, 2:] - high]).abs().max() < 6
        assert torch.equal(mask_box(capture.mask[frame]), capture.body_box[frame])


def test_pose_hands_and_gaze_arrive(written):
    folder, truth = written
    capture = NeumanCapture(folder, "train", truth.body).photos([0, 1])
    torch.testing.assert_close(capture.theta[:, 3:], truth.theta[:2, 3:], atol=1e-5, rtol=0)
    torch.testing.assert_close(capture.psi, truth.psi[:2], atol=1e-4, rtol=0)
    ours, theirs = posed(capture), truth.vertices[:2] * torch.tensor([1.0, -1.0, -1.0])
    assert (ours - theirs).norm(dim=-1).mean() < 0.008, "the shape is fitted to joints only"


def test_the_face_crop_shows_the_face(written):
    folder, truth = written
    capture = NeumanCapture(folder, "test", truth.body).photos([0])
    nose = posed(capture)[:, load_body().landmarks["nose"]][:, None]
    x, y = capture.face_camera.project(nose)[0, 0, :2].long().tolist()
    assert 10 < x < 118 and 10 < y < 118 and capture.face_mask[0, 0, y, x] > 0.5
    in_photo = capture.camera.project(nose)[0, 0, :2]
    side = capture.face_box[0, 2:] - capture.face_box[0, :2]
    in_crop = (in_photo - capture.face_box[0, :2]) / side * 128
    assert torch.allclose(in_crop, capture.face_camera.project(nose)[0, 0, :2], atol=0.1)


def test_what_is_not_known_is_said(written):
    folder, truth = written
    capture = NeumanCapture(folder, "validation", truth.body).targets([0])
    assert capture.attributes["unknown"] == ["canonical", "radiance", "actions"]
    assert capture.actions.isnan().all() and capture.radiance.isnan().all() and not capture.canonical_mask.any()


def test_every_frame_may_have_its_own_camera(tmp_path, written):
    truth = write_capture(tmp_path / "own", cameras="own")
    own = NeumanCapture(tmp_path / "own", "train", truth.body).photos([0])
    colmap = NeumanCapture(written[0], "train", truth.body).photos([0])
    assert torch.equal(own.camera.intrinsics, colmap.camera.intrinsics)


def test_it_trains_like_any_folder(written, monkeypatch):
    folder, truth = written
    monkeypatch.setattr("lca.data.module.FittedBody.read", lambda path: truth.body)
    data = AvatarData([str(folder)], batch_size=1, photos=(1, 1), targets=1, smplx="SMPLX_NEUTRAL.npz")
    batch = next(iter(data.train_dataloader()))
    assert batch.photos.body.shape == (1, 1, 3, 256, 256) and batch.targets.theta.shape == (1, 1, 156)
    assert 0.05 < batch.photos.body_mask.mean() < 0.9


def test_joints_and_hands_are_read_from_an_smplx_file(tmp_path):
    draw, points = np.random.default_rng(0), 60
    regressor = draw.random((55, points)).astype(np.float32)
    arrays = {
        "v_template": draw.random((points, 3)),
        "shapedirs": draw.random((points, 3, 400)),
        "J_regressor": regressor,
    }
    arrays |= {"f": np.array([[0, 1, 2]]), "posedirs": np.zeros((points, 3, 486)), "kintree_table": np.zeros((2, 55))}
    arrays |= {"weights": np.zeros((points, 55)), "lmk_faces_idx": np.zeros(51), "lmk_bary_coords": np.zeros((51, 3))}
    arrays |= {f"hands_components{side}": np.eye(45) for side in "lr"}
    arrays |= {f"hands_mean{side}": np.full(45, value) for side, value in (("l", 0.1), ("r", 0.2))}
    np.savez(tmp_path / "SMPLX.npz", **arrays)
    body = FittedBody.read(tmp_path / "SMPLX.npz")
    torch.testing.assert_close(body.joints, torch.from_numpy(regressor @ arrays["v_template"].astype(np.float32)))
    assert body.joint_directions.shape == (55, 3, 100) and body.hand_mean[[0, 89]].tolist() == pytest.approx([0.1, 0.2])


def spoil(folder, how):
    """Do one thing wrong to a capture."""
    params = folder / f"smplx_optimized/smplx_params/{FRAMES[0]}.json"
    values = json.loads(params.read_text())
    if how == "no mask":
        (folder / f"masks/{FRAMES[0]:05d}.png").unlink()
    elif how == "nobody":
        (folder / f"masks/{FRAMES[0]:05d}.png").write_bytes((folder / "empty.png").read_bytes())
    elif how == "short pose":
        write(params, values | {"body_pose": values["body_pose"][:20]})
    elif how == "NaN":
        write(params, values | {"trans": [0.0, float("nan"), 3.0]})
    elif how == "another body":
        write(params, {"pose": [0.0] * 72})
    elif how == "cut":
        params.write_text(params.read_text()[:40])
    elif how == "no shape":
        (folder / "smplx_optimized/shape_param.json").unlink()
    elif how == "distorted":
        (folder / "sparse/cameras.txt").write_text("1 OPENCV 320 240 300 300 160 120 0.1 0 0 0\n")
    elif how == "no list":
        (folder / "train_split.txt").unlink()
    elif how == "words":
        (folder / "train_split.txt").write_text("first frame\n")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("no mask", "expected a mask of every frame .*, got none of 3"),
        ("nobody", "expected a person in .*00003.png, got an empty mask"),
        ("short pose", "expected 63 numbers in .*3.json, got 60"),
        ("NaN", "expected 3 numbers in .*3.json, got 3 or NaN"),
        ("another body", "expected root_pose, .*, trans in"),
        ("cut", "expected JSON in .*, got a damaged file"),
        ("no shape", "expected .*shape_param.json, got no such file"),
        ("distorted", "expected one PINHOLE camera"),
        ("no list", "expected train_split.txt or frame_list_train.txt"),
        ("words", "expected a frame such as 00012.png or 12 a line"),
    ],
)
def test_damaged_captures_are_one_line(tmp_path, written, how, says):
    folder = shutil.copytree(written[0], tmp_path / "citron")
    Image.new("L", (320, 240)).save(folder / "empty.png")
    spoil(folder, how)
    with pytest.raises(UserError, match=says):
        NeumanCapture(folder, "train", written[1].body).photos([0])


def test_a_real_capture_needs_the_body_it_was_fitted_with(written):
    with pytest.raises(
        UserError, match=r"expected the SMPL-X \.npz that .* was fitted with, got none: give it as data\.smplx"
    ):
        open_source(written[0], "train")
    with pytest.raises(UserError, match="expected a split among train, validation, test, got 'dev'"):
        open_source(written[0], "dev", written[1].body)
