"""Photos of one's own become captures: poses and cameras fit the pictures, training reads them, what is missing is said."""

import shutil

import pytest
import torch

from lca.__main__ import main
from lca.data.datasets import load_world
from lca.data.example import load_example
from lca.data.module import AvatarData
from lca.data.sample import Capture
from lca.geometry.body_file import load_body
from lca.model.checkpoint import SHIPPED
from lca.tracking.prepare import people_in, split_of
from tests.data.neuman_capture import write_capture


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """(the prepared folder, what was printed): two people, one of whom left a single photo."""
    if not SHIPPED.is_file():
        pytest.skip("needs the shipped checkpoint")
    folder = tmp_path_factory.mktemp("photos")
    for name, photos in (("ada", load_example().photos), ("bo", load_example().photos[:1])):
        (folder / name).mkdir()
        for photo in photos:
            shutil.copy(photo, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        printed = []
        patch.setattr("builtins.print", lambda *words, **_: printed.extend(words))
        assert main(["data", "prepare", str(folder), "--out", str(folder / "made")]) == 0
    return folder / "made", printed


def test_what_is_missing_is_said_by_person(told):
    _, printed = told
    assert "ada: 4 of 4 photos can be used" in printed
    assert "bo: left out: expected 3 photos with a pose and a head, got 1; add some" in printed
    assert any("every split" in line for line in printed)


def test_the_posed_body_lies_under_the_mask(told):
    capture = Capture.read(load_world(told[0], "train")[0])
    assert len(capture) == 4 and capture.identity == "ada" and capture.stage == "photographs"
    body, betas = load_body(), capture.betas.expand(4, -1)
    vertices = body.posed(betas, capture.theta, capture.translation, capture.psi, capture.actions)
    x, y, depth = capture.camera.project(vertices).unbind(-1)
    assert (depth > 0).all()
    columns, rows = (pixel.long().clamp(0, 255) for pixel in (x, y))
    inside = torch.stack([mask[0, r, c] for mask, r, c in zip(capture.mask, rows, columns, strict=True)])
    assert inside.mean(1).min() > 0.75 and inside.mean() > 0.85  # fingers and feet are off by some pixels
    height = (y.amax(1) - y.amin(1)) / (capture.body_box[:, 3] - capture.body_box[:, 1])
    assert ((height > 0.85) & (height < 1.15)).all()
    upright = vertices[..., 1].amax(1) - vertices[..., 1].amin(1)
    assert (upright > 1.2).all()  # y is up
    head = capture.face_camera.project(vertices[:, body.template[:, 1] > 0.55])[..., :2].mean(1)
    assert ((head > 30) & (head < 98)).all()


def test_training_reads_them(told):
    data = AvatarData([str(told[0])], batch_size=1, photos=(2, 2), targets=1, validation_people=1)
    for loader in (data.train_dataloader(), data.val_dataloader()):
        batch = next(iter(loader))
        assert batch.targets.image.shape == (1, 1, 3, 256, 256)
        assert not batch.body_canonical[1].any()  # where a pixel lies on the body is not known


def test_a_folder_with_something_in_it_is_not_written_over(told, capsys):
    assert main(["data", "prepare", str(told[0])]) == 0
    assert "holds captures already" in capsys.readouterr().out


def test_neumans_layout_is_checked_part_by_part(tmp_path, capsys):
    write_capture(tmp_path)
    assert main(["data", "prepare", str(tmp_path)]) == 0
    shutil.rmtree(tmp_path / "masks")
    (tmp_path / "val_split.txt").unlink(missing_ok=True)
    (tmp_path / "frame_list_val.txt").unlink(missing_ok=True)
    assert main(["data", "prepare", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "lacks masks (masks)" in said and "lacks frames to validate on" in said


def test_who_is_in_a_folder_and_who_is_held_out(tmp_path, capsys):
    assert people_in(tmp_path) == {tmp_path.name: tmp_path}
    assert split_of(["ada", "bo", "cy"]) == {"train": ["ada", "bo"], "validation": ["cy"], "test": ["cy"]}
    assert split_of(["ada"]) == {split: ["ada"] for split in ("train", "validation", "test")}
    assert main(["data", "prepare", str(tmp_path / "nowhere")]) == 2
    assert "expected a folder of photos" in capsys.readouterr().err
