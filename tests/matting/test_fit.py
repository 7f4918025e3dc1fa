"""Training the matting network on red discs: augmentation keeps its promises, the loss falls, a killed run goes on."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats.atomic import only_writer
from lca.formats.captures import mask_bytes, photo_bytes
from lca.formats.photos import mask_box
from lca.matting.fit import (
    MattingFit,
    _step,
    box_iou,
    fit_matting,
    matting_loss,
    measure_false_people,
    measure_matting,
)
from lca.matting.frames import Frames, MattingBatch, gather_frames, gather_portraits, make_batch, place
from lca.matting.network import Matte, Matting
from lca.stopping import StoppedBySignal

SIDE = 64


def _frames(count: int = 12) -> Frames:
    """Red standing ellipses, the head is their upper third."""
    y, x = torch.meshgrid(torch.arange(SIDE) + 0.5, torch.arange(SIDE) + 0.5, indexing="ij")
    centre = 20 + 24 * torch.rand(count, 1, 1)
    mask = (((x - centre) / 9) ** 2 + ((y - 32) / 22) ** 2 < 1)[:, None]
    image = torch.where(
        mask, torch.tensor([230, 20, 30])[:, None, None], torch.randint(60, 130, (count, 3, SIDE, SIDE))
    )
    boxes = torch.stack([mask_box(one.float()) for one in mask]) / SIDE
    boxes[:, 3] = boxes[:, 1] + (boxes[:, 3] - boxes[:, 1]) / 3
    return Frames(image.byte(), (mask * 255).byte(), boxes)


def _backgrounds() -> torch.Tensor:
    return torch.randint(0, 255, (5, 3, SIDE, SIDE)).byte()


def test_frames_of_a_capture_are_its_pictures_as_they_are():
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[10:50, 20:40] = 1.0
    picture = np.where(mask[..., None] > 0, np.array([0.9, 0.1, 0.1], np.float32), np.float32(0.3))
    files = {"image": [{"bytes": photo_bytes(picture, 95)}] * 2, "mask": [{"bytes": mask_bytes(mask)}] * 2}
    row = files | {"face": files["image"], "face_mask": files["mask"], "face_box": [[20.0, 10.0, 40.0, 24.0]] * 2}
    for frames in (gather_frames([row], SIDE), gather_portraits([row], 2 * SIDE, every=1)):
        large = frames.image.shape[-1] // SIDE
        assert len(frames) == 2
        inside, outside = (frames.image[:, :, large * y, large * 30].float() / 255 for y in (30, 60))
        torch.testing.assert_close(inside, torch.tensor([[0.9, 0.1, 0.1]] * 2), atol=0.05, rtol=0)
        torch.testing.assert_close(outside, torch.full((2, 3), 0.3), atol=0.05, rtol=0)
        assert (frames.mask == 255).float().mean() == pytest.approx(mask.mean(), abs=0.02)
    torch.testing.assert_close(frames.head_box, torch.tensor([[0.0, 0.0, 1.0, 1.0]] * 2))


def test_head_box_moves_with_the_picture():
    frames = _frames(32)
    mask = frames.mask.float() / 255
    head = mask * (torch.arange(SIDE) + 0.5 < frames.head_box[:, 3, None] * SIDE)[:, None, :, None]
    generator = torch.Generator().manual_seed(3)
    moved, _, boxes, _ = place(head.expand(-1, 3, -1, -1), mask, frames.head_box, generator)
    for picture, box in zip(moved, boxes, strict=True):
        found = mask_box(picture[:1])
        inside = (box > 0).all() and (box < 1).all()
        if inside:
            torch.testing.assert_close(found / SIDE, box, atol=2.2 / SIDE, rtol=0)


def test_batch_without_people_has_no_mask():
    batch = make_batch(_frames(), _backgrounds(), 64, SIDE, torch.Generator().manual_seed(0))
    assert 0 < (~batch.has_person).sum() < 30
    assert batch.mask[~batch.has_person].mean() < 0.006
    assert (batch.mask[batch.has_person].mean((1, 2, 3)) > 0).all()
    assert batch.image.min() >= 0 and batch.image.max() <= 1


def test_same_generator_same_batch():
    frames, backgrounds = _frames(), _backgrounds()
    first, second = (make_batch(frames, backgrounds, 8, SIDE, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first.image, second.image)


def test_box_iou():
    boxes = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 1, 1]])
    others = torch.tensor([[0.0, 0, 2, 2], [1, 0, 3, 2], [2, 2, 3, 3]])
    assert box_iou(boxes, others).tolist() == pytest.approx([1, 1 / 3, 0])


def test_a_perfect_answer_costs_nothing():
    batch = make_batch(_frames(), _backgrounds(), 8, SIDE, torch.Generator().manual_seed(0))
    batch = replace(batch, mask=batch.mask.round())
    cells = torch.full((8, 16), -30.0)
    column, row = ((batch.head_box[:, :2] + batch.head_box[:, 2:]) / 2 * 4).long().clamp(0, 3).unbind(-1)
    cells[torch.arange(8), row * 4 + column] = 30.0
    matte = Matte((batch.mask - 0.5) * 60, batch.head_box, cells, (batch.has_person.float() - 0.5) * 60)
    assert matting_loss(matte, batch) < 1e-3


def test_fixed_batch_is_learnt():
    torch.manual_seed(0)
    batch = make_batch(_frames(), _backgrounds(), 8, SIDE, torch.Generator().manual_seed(0))
    network = Matting()
    optimizer = torch.optim.AdamW(network.parameters())
    losses = [_step(network, optimizer, batch, 3e-3) for _ in range(25)]
    assert losses[-1] < 0.5 * losses[0]


def test_killed_run_ends_where_an_unbroken_one_does(tmp_path, monkeypatch):
    frames, backgrounds = _frames(), _backgrounds()
    fit = MattingFit(steps=4, batch=4, sides=(SIDE, SIDE // 2))
    unbroken = fit_matting(fit, frames, backgrounds, tmp_path / "unbroken.ckpt")

    def killed(*arguments):
        if killed.steps == 2:
            raise KeyboardInterrupt
        killed.steps += 1
        return _step(*arguments)

    killed.steps = 0
    checkpoint = tmp_path / "work" / "last.ckpt"
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("lca.matting.fit._step", killed)
        patched.setattr("lca.matting.fit.SAVE_SECONDS", 0.0)
        fit_matting(fit, frames, backgrounds, checkpoint)
    assert torch.load(checkpoint, weights_only=True)["steps"] == 2
    continued = fit_matting(fit, frames, backgrounds, checkpoint)
    for name, value in unbroken.state_dict().items():
        torch.testing.assert_close(value, continued.state_dict()[name])
    with pytest.raises(UserError, match="expected a checkpoint of this run"):
        fit_matting(replace(fit, seed=1), frames, backgrounds, checkpoint)
    with only_writer(checkpoint.parent), pytest.raises(UserError, match="another process writing into it"):
        fit_matting(fit, frames, backgrounds, checkpoint)


def test_sigterm_saves_the_step_in_hand(tmp_path, monkeypatch):
    def asked(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        return _step(*arguments)

    monkeypatch.setattr("lca.matting.fit._step", asked)
    fit = MattingFit(steps=4, batch=2, sides=(SIDE // 2,))
    with pytest.raises(StoppedBySignal) as stopped:
        fit_matting(fit, _frames(4), _backgrounds(), tmp_path / "last.ckpt")
    assert stopped.value.code == 143
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["steps"] == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"expected a whole checkpoint, got a damaged or foreign file: .*last\.ckpt"),
        ({"global_step": 3, "state_dict": {}}, r"counts its steps, got another program's: .*last\.ckpt"),
        ({"steps": 3}, r"of this run, got one of another program: .*last\.ckpt"),
    ],
)
def test_what_is_no_checkpoint_of_matting_is_one_line(content, says, tmp_path):
    path = tmp_path / "last.ckpt"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(UserError, match=says):
        fit_matting(MattingFit(steps=1, sides=(SIDE,)), _frames(2), _backgrounds(), path)


def test_measures_are_shares():
    network = Matting()
    report = measure_matting(network, _frames(2))
    assert report["frames"] == 2
    assert all(0 <= report[name] <= 1 for name in ("mask_iou", "mask_iou_plain", "heads_found", "head_iou"))
    assert 0 <= measure_false_people(network, _backgrounds()) <= 1


def test_no_steps_are_refused():
    with pytest.raises(UserError, match="at least one step"):
        MattingFit(steps=0)


def test_batch_fields_agree():
    batch = make_batch(_frames(), _backgrounds(), 4, SIDE, torch.Generator().manual_seed(0))
    assert isinstance(batch, MattingBatch) and (batch.has_person | ~batch.has_head).all()


@pytest.mark.parametrize("action", ["fit", "measure"])
def test_command_line_without_data_is_one_line(tmp_path, capfd, action):
    from lca.__main__ import main

    options = ["--out", str(tmp_path / "m.safetensors"), "--work", str(tmp_path / "work")] if action == "fit" else []
    if action == "measure":
        Matting().save(tmp_path / "w.safetensors", {})
        options = ["--weights", str(tmp_path / "w.safetensors")]
    assert main(["matting", action, "--data", str(tmp_path / "none"), *options]) == 2
    assert capfd.readouterr().err.count("\n") == 1
    assert not (tmp_path / "m.safetensors").exists() and not (tmp_path / "work").exists()
