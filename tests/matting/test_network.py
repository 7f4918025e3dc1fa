"""The matting network: its boxes are votes, its file comes back, what is not its file is said so."""

import json
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from lca.errors import UserError
from lca.matting.network import DEFAULT_PATH, Matting, MattingConfig, _head_box, load_matting
from tests.fuzz.harness import peak

TINY = MattingConfig((8, 8, 8, 8, 8))


def test_one_sure_cell_decides_the_head_box():
    features = torch.zeros(1, 5, 16, 16)
    features[0, 0, 4, 10] = 100.0
    features[0, 1:, 4, 10] = torch.tensor([-0.4, -0.2, 0.4, 0.6])
    box, _ = _head_box(features)
    centre = torch.tensor([10.5, 4.5, 10.5, 4.5]) / 16
    torch.testing.assert_close(box[0], centre + torch.tensor([-0.1, -0.05, 0.1, 0.15]))


@pytest.mark.parametrize("side", [64, 256])
def test_every_pixel_gets_an_answer(side):
    network, squares = Matting(TINY).eval(), torch.rand(2, 3, side, side)
    squares[1] *= torch.linspace(0, 1, side)
    matte, alone = network(squares), network(squares[1:])
    assert matte.mask_logits.shape == (2, 1, side, side)
    assert (matte.mask_logits.flatten(1).std(-1) > 1e-3).all(), "pixels differ"
    for answer in ("mask_logits", "head_box", "person_logits"):
        both = getattr(matte, answer)
        torch.testing.assert_close(both[1:], getattr(alone, answer), atol=1e-5, rtol=1e-4, msg="squares do not meet")
        assert (both[0] - both[1]).abs().max() > 1e-5


def test_mask_answers_where_the_picture_changes():
    network = Matting(TINY).eval()
    picture = torch.full((1, 3, 128, 128), 0.5)
    changed = picture.clone()
    changed[..., 64:72, 32:40] = 1.0
    difference = (network(changed).mask_logits - network(picture).mask_logits).abs()[0, 0]
    assert difference[60:76, 28:44].mean() > 5 * difference[:, 96:].mean()


def test_file_round_trip(tmp_path):
    network = Matting(TINY).eval()
    network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    network.save(tmp_path / "m.safetensors", {"report": "{}"})
    loaded = load_matting(tmp_path / "m.safetensors")
    assert loaded.config == TINY
    picture = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(loaded(picture).mask_logits, network(picture).mask_logits, atol=2e-2, rtol=0)


def _bad(kind: str, path) -> None:
    if kind == "foreign":
        save_file({"x": torch.zeros(1)}, path)
    if kind == "other weights":
        save_file({"x": torch.zeros(1)}, path, {"config": json.dumps({"widths": [8, 8, 8, 8, 8]})})
    if kind == "text":
        path.write_text("no weights")
    if kind == "half":
        Matting(TINY).save(path, {})
        path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("foreign", "got another or damaged file"),
        ("other weights", "got another or damaged file"),
        ("text", "got something else"),
        ("half", "cut short"),
    ],
)
def test_other_files_are_refused(tmp_path, kind, says):
    _bad(kind, tmp_path / "m.safetensors")
    with pytest.raises(UserError, match=f"expected matting weights.*{says}"):
        load_matting(tmp_path / "m.safetensors")


def test_missing_file_and_shallow_network():
    with pytest.raises(UserError, match="no such file"):
        load_matting("nowhere.safetensors")
    with pytest.raises(UserError, match="expected 5 to 8 widths, got 4"):
        MattingConfig((8, 8, 8, 8))


@pytest.mark.parametrize(
    "widths", [[10**9] * 5, [0] * 5, [8] * 10**5, [-1, 8, 8, 8, 8], [4096] * 5, [1.5] * 5, ["8"] * 5]
)
def test_a_file_that_declares_another_network_takes_no_memory(widths, tmp_path):
    save_file({"x": torch.zeros(1)}, tmp_path / "m.safetensors", {"config": json.dumps({"widths": widths})})
    before, started = peak(), time.monotonic()
    with pytest.raises(UserError, match="expected matting weights, got another or damaged file"):
        load_matting(tmp_path / "m.safetensors")
    assert peak() - before < 2**26 and time.monotonic() - started < 5


def test_the_model_card_states_what_the_shipped_network_measured():
    from safetensors import safe_open

    assert DEFAULT_PATH.stat().st_size < 3e6
    with safe_open(DEFAULT_PATH, "pt") as file:
        report = json.loads(file.metadata()["report"])
    card = (Path(__file__).parents[2] / "data_cards" / "model-small.md").read_text()
    for name in ("mask_iou", "mask_iou_plain", "heads_found", "false_people"):
        assert f"{name} {report[name]:.3f}" in card
