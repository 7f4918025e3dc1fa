"""An avatar or a model whose tensors do not fit together is refused before anything is made of it."""

import json
import math

import pytest
import torch
from safetensors.torch import load_file, save_file

from lca.errors import UserError
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model, save_model
from tests.fuzz.tensor_damage import closed, opened


@pytest.fixture
def wounded(network, photos, tmp_path):
    """Writes an avatar with some tensors changed, as a file without a sum."""
    path = tmp_path / "a.avatar"
    network.reconstruct(photos).save(path)
    words = {"format": "lca-avatar", "version": "3"}

    def write(**changes):
        tensors = load_file(path)
        for name, change in changes.items():
            tensors[name] = change(tensors[name].clone()) if name in tensors else change(None)
        save_file({name: tensor for name, tensor in tensors.items() if tensor is not None}, path, words)
        return path

    return write


def put(place, value):
    def change(tensor):
        tensor[place] = value
        return tensor

    return change


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("canonical.means", put((3, 1), math.nan), "NaN or infinity in canonical.means"),
        ("canonical.means", put((3, 1), 1e9), "expected canonical.means from -100 to 100, got"),
        ("canonical.scales", put((0, 0), -1.0), "canonical.scales from 0 to 10"),
        ("canonical.colors", lambda tensor: tensor[:-1], r"canonical.colors \(gaussians 384, 3\), got \(383, 3\)"),
        ("canonical.opacities", lambda tensor: tensor.double(), "canonical.opacities of torch.float32"),
        ("parents", put(5, 5), "every parent before its children"),
        ("parents", put(0, 3), "expected a root"),
        ("skin_indices", put((0, 0), 55), "skin_indices from 0 to 54"),
        ("skin_weights", put((0, 0), 0.0), "skin_weights that add up to 1"),
        ("driver.moved", put(0, 384), "driver.moved below 384"),
        ("driver.blend.weight", lambda tensor: None, "driver.blend.weight missing"),
        ("more", lambda tensor: torch.ones(3), "more too many"),
        ("sources", lambda tensor: torch.full((384,), 384), "sources below 384"),
        ("tokens", lambda tensor: tensor[:-1], "tokens|face_anchors"),
        ("driver.token.bias", lambda tensor: tensor.flatten()[0], "driver.token.bias"),
    ],
)
def test_avatars(wounded, name, change, says):
    path = wounded(**{name: change})
    with pytest.raises(UserError, match=says) as error:
        Avatar.load(path)
    assert str(path) in str(error.value)


def test_gaussians_are_as_many_as_the_anchors_unfold_into(wounded):
    names = ("means", "quats_wxyz", "scales", "opacities", "colors")
    fewer = {f"canonical.{name}": lambda tensor: tensor[:-8].clone() for name in names}
    fewer |= {name: lambda tensor: tensor[:-8].clone() for name in ("skin_indices", "skin_weights")}
    with pytest.raises(UserError, match="expected 384 Gaussians of 48 anchors, got 376"):
        Avatar.load(wounded(**fewer))


def test_an_avatar_that_would_be_refused_is_not_written(network, photos, tmp_path):
    avatar = network.reconstruct(photos)
    avatar.canonical.means[7, 0] = math.nan
    with pytest.raises(UserError, match=r"canonical\.means"):
        avatar.save(tmp_path / "a.avatar")
    assert list(tmp_path.iterdir()) == []


def test_unchanged_it_is_read(wounded):
    assert len(Avatar.load(wounded()).canonical) == 384


@pytest.fixture
def model(network, tmp_path):
    """Writes the model with a change to its config, or to its tensors, without a sum."""
    save_model(network, path := tmp_path / "m.safetensors")
    header, body = opened(path.read_bytes())
    words = header["__metadata__"]
    words.pop("sum")

    def write(config=None, **tensors):
        values = json.loads(words["config"])
        for part, change in (config or {}).items():
            values[part] = values[part] | change if isinstance(change, dict) else change
        path.write_bytes(closed({**header, "__metadata__": words | {"config": json.dumps(values)}}, body))
        if tensors:
            loaded = load_file(path)
            save_file({**loaded, **{n: c(loaded[n].clone()) for n, c in tensors.items()}}, path, words)
        return path

    return write


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"fusion": {"depth": 1_000_000}}, r"fusion\.depth from 0 to 128, got 1000000"),
        ({"fusion": {"depth": 100}}, r"fusion\.layers\.1.* as its config has it, got none"),
        ({"fusion": {"width": 8000, "heads": 1, "depth": 0}}, r"shape\.0\.weight"),
        ({"encoder": {"width": 4096}}, "project_image"),
        ({"encoder": {"stem": [8, 16, 4096]}}, r"pyramid\.levels\.2"),
        ({"encoder": {"photo_depth": 99}}, r"photo\.blocks"),
        ({"encoder": {"heads": 5}}, "encoder.heads that divide encoder.width, got 5 heads and width 64"),
        ({"template": {"anchors": 10**9}}, "template.anchors from 1 to 16384"),
        ({"template": {"anchors": 16384}}, r"template\.triangles \(131072,\)"),
        ({"template": {"per_anchor": 9}}, "template.triangles"),
        (
            {"encoder": {"backbone": "nobody/nothing-of-the-kind"}},
            "backbone 'nobody/nothing-of-the-kind' .* on this machine",
        ),
        ({"encoder": {"depth": "three"}}, "damaged"),
        ({"encoder": 3}, "damaged"),
    ],
)
def test_configs_of_models_are_judged_by_their_tensors(model, config, says):
    with pytest.raises(UserError, match=says):
        load_model(model(config))


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("decoder.heads.weight", put((0, 0), math.nan), "NaN or infinity in decoder.heads.weight"),
        ("decoder.heads.bias", put(0, 1e30), "decoder.heads.bias from -1000 to 1000"),
        ("template.triangles", put(3, 10**6), "template.triangles from 0 to"),
        ("template.barycentrics", put((3, 0), 2.0), "template.barycentrics that add up to 1"),
        ("template.triangles", lambda tensor: tensor.float(), "template.triangles of whole numbers"),
    ],
)
def test_weights_of_models_are_judged(model, name, change, says):
    with pytest.raises(UserError, match=says):
        load_model(model(**{name: change}))
