"""A tiny untrained model and matting network in files, photos with alpha: the commands run for real, in seconds."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from lca.__main__ import main
from lca.matting import network as matting
from lca.matting.network import Matting, MattingConfig
from lca.model.checkpoint import save_model
from lca.model.network import LCA
from lca.tracking import likeness
from lca.tracking.solve import solve
from tests.model.conftest import TINY


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """Weights of an untrained tiny model."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save_model(LCA(TINY), path)
    return path


@pytest.fixture(autouse=True)
def untrained_matting(tmp_path_factory, monkeypatch):
    """Untrained matting weights that are sure of nobody: only alpha and its own mask can make a person."""
    path = tmp_path_factory.mktemp("matting") / "matting.safetensors"
    torch.manual_seed(0)
    network = Matting(MattingConfig((8, 8, 8, 8, 8)))
    torch.nn.init.constant_(network.to_person.bias, -20.0)
    network.save(path, {})
    monkeypatch.setattr(matting, "DEFAULT_PATH", path)
    matting.load_matting.cache_clear()
    yield
    matting.load_matting.cache_clear()


@pytest.fixture
def photos(tmp_path):
    """A folder of two cut-out pictures."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(2):
        pixels = np.zeros((160, 120, 4), np.uint8)
        pixels[20:150, 40:80] = (200, 90, 60 + 50 * index, 255)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.fixture(scope="session")
def created():
    """What `avatar` has made once: its bytes, by name."""
    return {}


@pytest.fixture
def avatar(tmp_path, photos, checkpoint, created):
    """An avatar file of the test's own."""
    path = tmp_path / "person.avatar"
    if not created:
        made = ["create", str(photos), "--out", str(path), "--checkpoint", str(checkpoint), "--refine", "0"]
        assert main(made) == 0
        created[path.name] = path.read_bytes()
    path.write_bytes(created[path.name])
    return path


@pytest.fixture
def solver_says(monkeypatch):
    """Have the solver say so of every photo: an untrained model's points fit no pose, which then is upright, 3 m away."""

    def say(words):
        def judging(*arguments):
            solution = solve(*arguments)
            return replace(solution, confidence=(words,) * len(solution))

        monkeypatch.setattr(likeness, "solve", judging)

    return say


@pytest.fixture
def lca(capfd):
    """Run a command line -> (exit code, standard output, standard error)."""

    def run(*arguments) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capfd.readouterr()

    return run
