"""The page poses as `Avatar.drive` does: its own script runs in Node and is compared, Gaussian by Gaussian."""

from pathlib import Path

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats import player
from lca.formats.player import write_player
from lca.geometry.camera import orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.motion import Motion
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.lab import baking
from lca.lab.baking import bake, closes, in_parts, view_of
from lca.lab.playing import drive
from lca.model.avatar import Avatar
from lca.model.driver import PoseBranch
from lca.model.rig import Rig, Signals
from tests.node import run_node

REPLAY = """
const fs = require("fs"), zlib = require("zlib"), [page, out, ...times] = process.argv.slice(1);
const html = fs.readFileSync(page, "utf8");
const part = (id) => new RegExp(`<script id="${id}"[^>]*>([^]*?)</script>`).exec(html)[1];
for (const id of ["painter", "stage"]) new Function(part(id));
const engine = new Function(part("engine") + "; return engine;")();
const clip = engine.unpack(new Uint8Array(zlib.gunzipSync(Buffer.from(part("clip"), "base64"))));
const actor = engine.actor(clip), sort = engine.sorter(clip.gaussians), written = [];
for (const time of times) {
  actor.pose(Number(time));
  written.push(Buffer.from(actor.splats.slice(0, 16 * clip.gaussians).buffer));
}
written.push(Buffer.from(sort(actor.splats, [0.6, 0, -0.8]).buffer));
const camera = engine.camera({ target: [0.1, 0.2, 0.3], azimuth: 0.7, elevation: -0.4, distance: 2 });
written.push(Buffer.from(camera.matrix.buffer));
fs.writeFileSync(out, Buffer.concat(written));
"""
PEOPLE, PER_ANCHOR = 24, 8
COUNT = PEOPLE * PER_ANCHOR
WHITE = torch.ones(3)


def a_person() -> Avatar:
    """Nobody in particular, whose pose branch adds centimetres and visible colour."""
    branch = PoseBranch(16, PER_ANCHOR, hidden=32)
    torch.nn.init.normal_(branch.out.weight, std=1.0)
    branch.requires_grad_(False)
    canonical = Gaussians(
        torch.randn(COUNT, 3) * 0.4,
        torch.randn(COUNT, 4),
        torch.rand(COUNT, 3) * 0.05 + 1e-3,
        torch.rand(COUNT),
        torch.rand(COUNT, 3),
    )
    indices = torch.stack([torch.randperm(55)[:8] for _ in range(COUNT)])
    weights = torch.rand(COUNT, 8) ** 4
    parents = (-1, *((k - 1) // 2 for k in range(1, 55)))
    rig = Rig(torch.randn(55, 3) * 0.2, parents, indices, weights / weights.sum(-1, keepdim=True))
    face = (torch.arange(PEOPLE) < 8).float()
    return Avatar(canonical, rig, torch.zeros(4), torch.randn(PEOPLE, 16), face, branch, torch.randn(53, 128) * 0.2)


def a_motion(frames: int = 12) -> Motion:
    """A smooth motion of everything that closes."""
    phase = torch.arange(frames)[:, None] / frames * 2 * torch.pi

    def wave(width: int) -> torch.Tensor:
        return torch.sin(phase + 6 * torch.rand(width))

    return Motion(0.3 * wave(156), 0.2 * wave(3), 0.5 + 0.5 * wave(52), 0.4 * wave(4), fps=10.0)


def replay(page: Path, times: list[float], count: int = COUNT) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the page's script makes: Gaussians (times, count, 16), the order by depth of the last, a camera."""
    out = page.with_suffix(".bin")
    run_node(REPLAY, page, out, *times)
    data, size = out.read_bytes(), len(times) * count * 64
    splats = np.frombuffer(data[:size], "<f4").reshape(len(times), count, 16)
    order = np.frombuffer(data[size : size + 4 * count], "<u4")
    return splats, order, np.frombuffer(data[size + 4 * count :], "<f4").reshape(4, 4).T


def errors(splats: np.ndarray, truth: Gaussians) -> dict[str, float]:
    """Largest difference in metres, of colour and opacity, and relative of the covariances."""
    shape = quat_wxyz_to_matrix(truth.quats_wxyz) * truth.scales[:, None, :]
    covariance = (shape @ shape.mT).numpy()
    made = splats[:, [4, 5, 6, 5, 7, 8, 6, 8, 9]].reshape(-1, 3, 3)
    relative = np.linalg.norm(made - covariance, axis=(1, 2)) / np.linalg.norm(covariance, axis=(1, 2))
    return {
        "metres": np.abs(splats[:, :3] - truth.means.numpy()).max(),
        "colour": np.abs(splats[:, 12:15] - truth.colors.numpy()).max(),
        "opacity": np.abs(splats[:, 3] - truth.opacities.numpy()).max(),
        "covariance": relative.max(),
    }


def test_page_shows_what_drive_gives_in_every_frame(tmp_path):
    avatar, motion = a_person(), a_motion()
    clip = bake(avatar, motion, orbit(0.0, size=64))
    page = tmp_path / "a.html"
    write_player(page, clip, "a", WHITE)
    truths = list(drive(avatar, motion))
    splats, order, camera = replay(page, [frame / 10 for frame in range(12)])
    for made, truth in zip(splats, truths, strict=True):
        found = errors(made, truth)
        assert found["metres"] < 5e-4 and found["colour"] < 0.01 and found["opacity"] < 1e-4, found
        assert found["covariance"] < 0.04, found
    undriven = avatar.rig.pose(
        avatar.canonical, Signals(motion.theta[3], torch.zeros(128), motion.psi[3], motion.translation[3])
    )
    assert errors(splats[3], undriven)["metres"] > 0.02, "without its corrections the test would say little"
    depths = splats[-1, :, :3] @ [0.6, 0, -0.8]
    assert (np.diff(depths[order]) <= np.ptp(depths) / 65535 + 1e-6).all() and len(set(order)) == COUNT
    expected = orbit(0.7, -0.4, 2.0, (0.1, 0.2, 0.3)).camera_from_world
    np.testing.assert_allclose(camera, expected.numpy(), atol=1e-6)


def test_between_frames_and_at_the_end(tmp_path):
    clip = bake(a_person(), a_motion(), orbit(0.0, size=64))
    assert clip.loops
    write_player(tmp_path / "a.html", clip, "a", WHITE)
    splats, _, _ = replay(tmp_path / "a.html", [0.0, 0.1, 0.05, 1.1, 1.15, 1.2])
    means = splats[..., :3]
    np.testing.assert_allclose(means[2], (means[0] + means[1]) / 2, atol=0.01)
    np.testing.assert_allclose(means[4], (means[3] + means[0]) / 2, atol=0.01)  # on the way back to the start
    np.testing.assert_allclose(means[5], means[0], atol=1e-4)
    assert np.abs(means[1] - means[0]).max() > 0.05


def test_parts_are_few_and_small_where_little_changes():
    few = torch.einsum("f k, k g c -> f g c", torch.randn(20, 3), 0.1 * torch.randn(3, 30, 13))
    amplitudes, components = in_parts(few)
    assert amplitudes.shape == (20, 3) and amplitudes.abs().max() <= 1 + 1e-5
    left_out = (torch.einsum("f k, k g c -> f g c", amplitudes, components) - few) / player.STEPS
    assert left_out.square().mean().sqrt() < 0.2
    assert in_parts(torch.zeros(4, 30, 13))[0].shape == (4, 0)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_still_and_a_pair_play(tmp_path, frames):
    avatar, motion = a_person(), a_motion(frames)
    clip = bake(avatar, motion, orbit(0.0, size=64))
    write_player(tmp_path / "a.html", clip, "a", WHITE)
    splats, _, _ = replay(tmp_path / "a.html", [0.0, 9.9])
    assert errors(splats[1], list(drive(avatar, motion))[-1])["metres"] < 5e-4


def test_a_motion_that_does_not_close():
    transforms = torch.zeros(10, 55, 3, 4)
    transforms[..., 0, 3] = torch.arange(10.0)[:, None]
    assert not closes(transforms)


def test_the_page_opens_with_the_camera_given():
    camera = orbit(0.4, 0.2, 2.5, (0.1, 0.9, -0.2), 0.5, (64, 96))
    view = view_of(camera, torch.tensor([[0.1, 0.9, -0.2]]).expand(5, 3))
    again = orbit(view.azimuth, view.elevation, view.distance, view.target, view.field_of_view, (64, 96))
    assert view.distance == pytest.approx(2.5, abs=1e-4)
    torch.testing.assert_close(again.camera_from_world, camera.camera_from_world, atol=1e-5, rtol=0)
    torch.testing.assert_close(again.intrinsics, camera.intrinsics, atol=1e-3, rtol=0)


def test_what_would_be_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="at most 900 frames, got 901"):
        bake(a_person(), a_motion(901), orbit(0.0, size=64))
    clip = bake(a_person(), a_motion(2), orbit(0.0, size=64))
    monkeypatch.setattr(player, "LARGEST", 20_000)
    with pytest.raises(UserError, match=r"page of at most 0\.02 MB, got"):
        write_player(tmp_path / "a.html", clip, "a", WHITE)
    assert list(tmp_path.iterdir()) == []


def test_batches_do_not_matter(monkeypatch):
    avatar, motion = a_person(), a_motion(5)
    whole = baking.corrections(avatar, motion)
    monkeypatch.setattr(baking, "BATCH", 2)
    torch.testing.assert_close(baking.corrections(avatar, motion), whole)
