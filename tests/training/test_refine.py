"""Refinement on photos of a repainted avatar: what photos show gets closer, what none shows stays calm, drives go on working."""

from dataclasses import replace

import pytest
import torch

from lca.geometry.body import PARTS
from lca.geometry.camera import orbit
from lca.geometry.joint_names import JOINTS
from lca.model.avatar import Avatar
from lca.model.driver import EPS
from lca.model.rig import Signals
from lca.render import Rendering
from lca.training.losses import over, psnr
from lca.training.refine import MANY, RefineConfig, Refinement, refine
from lca.training.refining import palette, photographs
from lca.training.refining.changes import COLORS
from lca.training.refining.lids import unpainted
from lca.training.refining.surface import places_of, surface_of
from lca.training.refining.views import Crop
from tests.training.striped import WHITE, crop, seen_from, striped

SHORT = RefineConfig(align=4, steps=24, left_out=0.02)


@pytest.fixture(scope="module")
def painted(avatar, network):
    """The same person in stripes."""
    return striped(avatar, network.template)


@pytest.fixture(scope="module")
def views(painted):
    """Two photos from the front."""
    return [seen_from(painted, azimuth) for azimuth in (-0.3, 0.3)]


@pytest.fixture(scope="module")
def refined(avatar, network, views):
    return refine(avatar, network.template, views, SHORT)


def likeness(avatar, views):
    """Mean PSNR within the masks, dB."""
    pairs = [(crop(avatar, view.signals, view.body.camera), view.body) for view in views]
    return torch.cat(
        [psnr(over(a.image, b.mask, WHITE)[None], over(b.image, b.mask, WHITE)[None], b.mask[None]) for a, b in pairs]
    ).mean()


def roughness(refined, network):
    """How far colours of what no photo shows differ from those of the neighbours, sRGB."""
    surface, colors = surface_of(places_of(network.template, refined.avatar)), refined.avatar.canonical.colors
    return (colors - surface.mean(colors)).abs().mean(-1)


def test_photos_get_closer(refined, avatar, views):
    assert likeness(refined.avatar, views) > likeness(avatar, views) + 3.0


def test_backs_are_not_seen_and_stay_calm_unless_the_gate_is_off(refined, avatar, network, views):
    facing, unseen = torch.from_numpy(places_of(network.template, refined.avatar).normal[:, 2]), refined.gate < 0.5
    assert 0.1 < unseen.float().mean() < 0.8
    assert facing[unseen].mean() < facing[~unseen].mean() - 0.3
    free = refine(avatar, network.template, views, replace(SHORT, gate=False, split=0.0))
    calm = refine(avatar, network.template, views, replace(SHORT, split=0.0))
    assert roughness(free, network)[calm.gate < 0.5].mean() > 1.2 * roughness(calm, network)[calm.gate < 0.5].mean()


def test_a_wrong_pose_is_corrected(painted, network, views):
    moved = [replace(v, signals=replace(v.signals, translation=torch.tensor([0.02, -0.02, 0.0]))) for v in views]
    aligned = refine(painted, network.template, moved, RefineConfig(align=60, steps=0)).signals

    def pixels_off(signals, view):
        theta, eps, psi, translation = signals.theta, signals.eps, signals.psi, signals.translation
        there, true = painted.drive(theta, eps, psi, translation), painted.drive(view.signals.theta)
        camera = view.body.camera
        return (camera.project(there.means) - camera.project(true.means))[:, :2].norm(dim=-1).mean()

    for photo, view in enumerate(views):
        assert pixels_off(aligned[photo], view) < 0.6 * pixels_off(moved[photo].signals, view)


def test_every_drive_still_works(refined, avatar):
    after, zero = refined.avatar, torch.zeros(156)
    assert torch.allclose(after.drive(zero).means, after.canonical.means, atol=1e-5)
    bent = zero.clone()
    bent[3 * JOINTS.index("left_index1") + 2] = -1.0
    for theta, psi, eps in (
        (bent, None, None),
        (zero, torch.tensor([0.5, 0.0, 0.5, 0.0]), None),
        (zero, None, avatar.eps_from_actions(torch.ones(52))),
    ):
        before, now = (a.drive(theta, eps, psi).means - a.canonical.means for a in (avatar, after))
        before = before[after.sources]
        assert (now - before).norm(dim=-1).max() < 0.3 * before.norm(dim=-1).max()


def test_the_same_seed_gives_the_same_avatar(refined, avatar, network, views):
    again = refine(avatar, network.template, views, SHORT)
    for first, second in zip(refined.avatar.canonical.tensors(), again.avatar.canonical.tensors(), strict=True):
        assert torch.equal(first, second)


def test_an_interrupt_keeps_the_best_so_far(avatar, network, views):
    steps = []

    def interrupt(progress):
        steps.append(progress.step)
        assert len(progress.avatar().canonical) >= len(avatar.canonical)
        if progress.step == 16:
            raise KeyboardInterrupt

    kept = refine(avatar, network.template, views, SHORT, on_progress=interrupt)
    assert steps == list(range(1, 17))
    assert likeness(kept.avatar, views) > likeness(avatar, views) + 1.0


def test_time_is_kept(avatar, network, views):
    steps = []
    refine(
        avatar,
        network.template,
        views,
        replace(SHORT, steps=100_000),
        seconds=4.0,
        on_progress=lambda p: steps.append(p.step),
    )
    assert 4 < len(steps) < 2000


def test_saved_and_loaded(refined, tmp_path):
    refined.avatar.save(tmp_path / "person.safetensors")
    loaded = Avatar.load(tmp_path / "person.safetensors")
    assert torch.equal(loaded.canonical.colors, refined.avatar.canonical.colors)
    assert loaded.metadata["refined"] == "2"
    theta = 0.2 * torch.randn(156, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(loaded.drive(theta).means, refined.avatar.drive(theta).means)


def test_where_photos_show_more_there_are_more_gaussians(refined, avatar, network):
    after, sources = refined.avatar, refined.avatar.sources
    parts = torch.bincount(sources, minlength=len(avatar.canonical))
    assert set(parts.tolist()) == {1, 4} and len(after.rig.skin_weights) == len(after.canonical) == len(sources)
    torso = network.template.part == PARTS.index("torso")
    assert torso[parts == 4].any() and (refined.gate[parts[sources] == 4] > 0).float().mean() > 0.9


def test_what_lids_and_lips_hide_stays_as_it_was(refined, avatar, network):
    part = network.template.part[refined.avatar.sources]
    hidden = (part == PARTS.index("eye")) | (part == PARTS.index("mouth"))
    old = avatar.canonical.map(lambda x: x[refined.avatar.sources])
    torch.testing.assert_close(refined.avatar.canonical.means[hidden], old.means[hidden])
    torch.testing.assert_close(refined.avatar.canonical.colors[hidden], old.colors[hidden], atol=1e-4, rtol=0)


def test_lids_have_the_skin_round_them_unless_a_photo_shows_them_shut(avatar, network):
    part, dark = network.template.part, torch.tensor([0.1, 0.1, 0.1])
    lid = (avatar.lids.cover.amax(0) > 0.9) & (part == PARTS.index("face"))
    colors = torch.where(lid[:, None], dark, avatar.canonical.colors)
    painted = replace(avatar, canonical=replace(avatar.canonical, colors=colors))
    still = torch.zeros(2, 52)
    shut = still.clone()
    shut[1, list(avatar.lids.actions)] = 1.0
    awake, asleep = unpainted(painted, still), unpainted(painted, shut)
    assert torch.equal(asleep, colors) and torch.equal(
        awake[part == PARTS.index("eye")], colors[part == PARTS.index("eye")]
    )
    assert 0.5 < (awake[lid].mean(-1) > 0.4).float().mean() < 1.0, "all but the rims"


def test_nothing_leaves_its_neighbours(refined, avatar, network):
    surface = surface_of(places_of(network.template, refined.avatar))
    sources = refined.avatar.sources
    single = torch.bincount(sources)[sources] == 1
    moved = refined.avatar.canonical.means - avatar.canonical.means[sources]
    assert (moved.norm(dim=-1)[single] <= surface.reach[single] + 1e-6).all()


def test_a_body_moves_as_one_skin(avatar, network, views):
    run = Refinement(avatar, network.template, views, replace(SHORT, split=0.0), 0)
    list(run.run())
    offsets = run.changes.values.detach()[:, :3]
    alone = (offsets - run.surface.mean(offsets)).norm(dim=-1) / run.surface.spacing(run.changes.base.means)
    for part in (run.surface.face, ~run.surface.face):
        assert offsets[part].norm(dim=-1).max() > 0.0005
        assert alone[part].quantile(0.9) < 0.08


def test_a_photo_without_a_face_or_with_hidden_hands(avatar, network, views):
    blind = [replace(view, face=None, hands=torch.zeros(2)) for view in views]
    result = refine(avatar, network.template, blind, replace(SHORT, steps=2))
    assert (result.gate[network.template.part[result.avatar.sources] == PARTS.index("hand")] == 0).all()


def test_pixels_left_out_pull_at_nothing(avatar, network, views, monkeypatch):
    """Neither by their own error nor by that of what lies around them: nothing would call them back."""
    run = Refinement(avatar, network.template, views[:1], SHORT, 0)
    (body,) = run.photographs.bodies
    assert body is not None
    height, width = body.camera.height, body.camera.width
    shown, alpha = torch.rand(3, height, width, requires_grad=True), torch.ones(1, height, width)
    monkeypatch.setattr(photographs, "render", lambda *given: Rendering(shown, alpha, alpha))
    left = torch.zeros_like(body.held)
    left[:, height // 2 : height // 2 + 6, width // 2 - 3 : width // 2 + 3] = True
    assert body.mask[left].min() > 0.9
    nothing = torch.zeros_like(left)
    for each in (replace(body, held=left, doubted=nothing), replace(body, held=nothing, doubted=left)):
        (pull,) = torch.autograd.grad(run.photographs.loss(avatar.canonical, 0, [each], [None]), shown)
        assert (pull[:, left[0]] == 0).all()
        assert pull[:, (body.mask[0] > 0.9) & ~left[0]].abs().median() > 0


def test_pixels_left_out_are_learned_from_in_the_end(avatar, network, views, monkeypatch):
    config = replace(SHORT, left_out=0.3, split=0.0)
    with_them = likeness(refine(avatar, network.template, views, config).avatar, views)
    monkeypatch.setattr("lca.training.refine.LAST", 0)
    assert with_them > likeness(refine(avatar, network.template, views, config).avatar, views) + 0.1


def test_a_step_takes_no_photo_twice_and_many_photos_take_more_steps(avatar, network, views, monkeypatch):
    one = Refinement(avatar, network.template, views[:1], replace(SHORT, align=0, steps=2), 0)
    drawn = []

    def objective(canonical, photos, *crops):
        drawn.append(photos)
        return canonical.colors.sum()

    monkeypatch.setattr(one.photographs, "objective", objective)
    assert len(list(one.run())) == one.total == 2 and drawn == [[0], [0]]
    many = Refinement(avatar, network.template, views * (MANY // 2 + 1), SHORT, 0)
    assert many.steps == SHORT.steps * (MANY + 2) / MANY


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"signals": Signals(torch.zeros(2, 156), torch.zeros(2, EPS), torch.zeros(2, 4), torch.zeros(2, 3))},
            "one photo",
        ),
        ({"body": Crop(torch.zeros(3, 8, 8), torch.zeros(1, 8, 8), orbit(0.0, size=9))}, "of one size"),
        (
            {"signals": Signals(torch.full((156,), torch.nan), torch.zeros(EPS), torch.zeros(4), torch.zeros(3))},
            "finite drives",
        ),
    ],
)
def test_wrong_photos(views, change, message):
    with pytest.raises(ValueError, match=message):
        replace(views[0], **change)


def test_nothing_to_refine_on(avatar, network):
    with pytest.raises(ValueError, match="at least one photo"):
        refine(avatar, network.template, [])


@pytest.mark.parametrize("wrong", [{"steps": -1}, {"photos": 0}, {"left_out": 0.7}])
def test_wrong_numbers(wrong):
    with pytest.raises(ValueError, match="expected"):
        RefineConfig(**wrong)


def test_colours_stay_within_what_photos_have(avatar, network, views, monkeypatch):
    def beyond(window):
        monkeypatch.setattr(palette, "WINDOW", window)
        run = Refinement(avatar, network.template, views, RefineConfig(align=0, steps=12, left_out=0.0), 0)
        for _ in run.run():
            pass
        bounds, colors = run.seen.palette, run.changes.applied().colors
        assert (run.seen.ratio > palette.SHOWN).float().mean() > 0.2
        own = run.seen.palette.least > 0.0
        assert own[run.surface.tiled].any() and not own[~run.surface.tiled].any()  # eyes, mouths and hands are free
        return (colors - bounds.clamp(colors)).abs().max(), run.changes.values[:, COLORS].std()

    (off, some), (_, more) = beyond(3), beyond(31)
    assert off < 1e-6 and 0.02 < some < more
