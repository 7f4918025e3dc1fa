"""A garment goes with its wearer: whatever an avatar is written to, or shown by, skins it with W'."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.lab.exporting import write_page, write_rigged
from lca.lab.playing import drive, frames_of
from lca.model import garment
from lca.model.avatar import Avatar
from lca.model.checkpoint import with_heads
from lca.panel.person import PanelPerson
from lca.panel.state import Pose, State
from tests.formats.test_gltf import read_glb
from tests.lab.test_baking import a_motion, replay

FRAME = 3


@pytest.fixture
def skirted(loud, photos, monkeypatch):
    """An avatar with W', and the same with the W of its body: an untrained network sees no skirt, so here all is one."""
    monkeypatch.setattr(garment, "LOOSE", -1.0)
    avatar, plain = (model.reconstruct(photos) for model in (loud, with_heads(loud, garments=False)))
    return avatar, replace(avatar, rig=plain.rig)


def dense(indices, weights):
    """Weights of all 55 joints."""
    return torch.zeros(len(indices), 55).scatter_add_(1, torch.as_tensor(indices).long(), torch.as_tensor(weights))


def by_file(avatar, motion, folder):
    avatar.save(folder / "a.avatar")
    return list(drive(Avatar.load(folder / "a.avatar"), motion))[FRAME].means


def by_page(avatar, motion, folder):
    write_page(folder / "a.html", avatar, motion, "turntable", "a", torch.ones(3))
    splats = replay(folder / "a.html", [FRAME / motion.fps], len(avatar.canonical))[0]
    return torch.tensor(splats[0, :, :3])


def by_panel(avatar, motion, folder):
    moment = frames_of(motion, [FRAME])
    parts = moment.theta, moment.psi, moment.actions, moment.translation
    return PanelPerson(avatar).posed(State(pose=Pose(*(tuple(part[0].tolist()) for part in parts)))).means


@pytest.mark.parametrize("shown", [by_file, by_page, by_panel])
def test_whoever_shows_an_avatar_moves_its_garment(skirted, tmp_path, shown):
    (avatar, plain), motion = skirted, a_motion()
    truth, without = (list(drive(one, motion))[FRAME].means for one in (avatar, plain))
    assert (truth - without).norm(dim=-1).max() > 0.02, "W' must matter here"
    assert (shown(avatar, motion, tmp_path) - truth).norm(dim=-1).max() < 5e-4


def test_a_rigged_glb_carries_all_of_the_weights(skirted, tmp_path):
    avatar, plain = skirted
    write_rigged(tmp_path / "a.glb", avatar)
    document, arrays = read_glb(tmp_path / "a.glb")
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    joints, weights = (
        np.concatenate([arrays[attributes[f"{name}_{k}"]] for k in (0, 1)], -1) for name in ("JOINTS", "WEIGHTS")
    )
    written = dense(joints, weights)
    truth, without = (dense(one.rig.skin_indices, one.rig.skin_weights) for one in (avatar, plain))
    assert (truth - without).abs().sum(-1).max() > 0.5, "W' must matter here"
    assert (written - truth).abs().sum(-1).max() < 1e-5
