"""Damaged avatars, models and matting weights: what is read can be driven, drawn and asked for another avatar, or a mask."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from lca.geometry.camera import orbit
from lca.matting.network import Matting, MattingConfig, load_matting
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model, save_model
from lca.render import render
from tests.fuzz.tensor_damage import damaged_tensors, opened
from tests.model.conftest import network, photos  # noqa: F401


def without_sum(path: Path) -> bytes:
    """A file as it was written before files had a sum over their tensors: damage goes past it."""
    words = {name: word for name, word in opened(path.read_bytes())[0]["__metadata__"].items() if name != "sum"}
    return save(load(path.read_bytes()), words)


def drawn(avatar):
    """A moved avatar, and a picture of it."""
    theta = torch.full((156,), 0.1)
    gaussians = avatar.drive(theta, avatar.eps_from_actions(torch.full((52,), 0.3)), torch.full((4,), 0.1))
    picture = render(gaussians, orbit(0.0, size=64)).image
    return [*gaussians.tensors(), picture]


@pytest.fixture
def files(network, photos, tmp_path):  # noqa: F811
    """A whole avatar and a whole model of a very small network."""
    network.reconstruct(photos).save(tmp_path / "a.avatar")
    save_model(network, tmp_path / "m.safetensors")
    return [without_sum(tmp_path / name) for name in ("a.avatar", "m.safetensors")]


def test_whole_files_are_taken(files, photos, tmp_path):  # noqa: F811
    for name, content in zip(("a.avatar", "m.safetensors"), files, strict=True):
        (tmp_path / name).write_bytes(content)
    assert len(drawn(Avatar.load(tmp_path / "a.avatar"))) == 6
    assert len(drawn(load_model(tmp_path / "m.safetensors").reconstruct(photos))) == 6


def test_avatars(attacked, files):
    def enter(rng, folder):
        (folder / "a.avatar").write_bytes(damaged_tensors(rng, files[0]))
        return drawn(Avatar.load(folder / "a.avatar"))

    attacked("avatars", enter, cases=600)


def test_models(attacked, files, photos):  # noqa: F811
    def enter(rng, folder):
        (folder / "m.safetensors").write_bytes(damaged_tensors(rng, files[1]))
        return drawn(load_model(folder / "m.safetensors").reconstruct(photos))

    attacked("models", enter, cases=200)


def test_matting(attacked, tmp_path):
    Matting(MattingConfig((4, 4, 4, 4, 8))).save(tmp_path / "m.safetensors", {})
    content = without_sum(tmp_path / "m.safetensors")

    def enter(rng, folder):
        (folder / "m.safetensors").write_bytes(damaged_tensors(rng, content))
        matte = load_matting(folder / "m.safetensors")(torch.full((1, 3, 64, 64), 0.5))
        return [matte.mask_logits, matte.head_box, matte.person_logits]

    attacked("matting weights", enter, cases=300)
