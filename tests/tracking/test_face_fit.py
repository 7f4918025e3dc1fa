"""Faces follow their landmarks: a face drawn with other proportions is found again, and what no photo shows stays."""

from dataclasses import replace

import torch

from lca.geometry.body import PARTS
from lca.geometry.camera import Camera
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.model.driver import EPS
from lca.model.rig import Signals
from lca.tracking.face_fit import INNER, fit_face, ironed
from lca.tracking.face_points import POINTS, load_face_points
from lca.tracking.lid_fit import RIMS
from lca.training.refining.landmarks import NEAREST

SIZE, FOCAL = 512, 900.0


def photo(turn):
    """Somebody who faces the camera but for `turn` radians, from half a metre."""
    down = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    theta = torch.zeros(156)
    theta[:3] = matrix_to_axis_angle(down @ axis_angle_to_matrix(torch.tensor([0.0, turn, 0.0])))
    signals = Signals(theta, torch.zeros(EPS), torch.zeros(4), torch.tensor([0.0, 0.55, 0.7]))
    intrinsics = torch.tensor([[FOCAL, 0.0, SIZE / 2], [0.0, FOCAL, SIZE / 2], [0.0, 0.0, 1.0]])
    return signals, Camera(torch.eye(4), intrinsics, SIZE, SIZE)


def landmarks(avatar, signals, camera, canonical):
    """Pixels of points of the face that are held by the head."""
    pose = avatar.rig.transforms(signals.theta, signals.psi, signals.translation)[15]
    seen = torch.full((POINTS, 2), 1e4)
    seen[list(load_face_points().chosen)] = camera.project(canonical @ pose[:3, :3].T + pose[:3, 3])[:, :2]
    return seen


def stacked(drives):
    return Signals(*(torch.stack([getattr(drive, name) for drive in drives]) for name in vars(drives[0])))


def test_landmarks_lie_on_the_face_and_are_symmetric():
    points = load_face_points()
    assert len(points.chosen) > 400 and points.error.median() < 0.006
    places = dict(zip(points.chosen, points.canonical, strict=True))
    for right, left in ((33, 263), (133, 362), (61, 291), (468, 473)):  # corners of eyes and mouth, irises
        mirrored = places[left] * torch.tensor([-1.0, 1.0, 1.0])
        assert (places[right] - mirrored).norm() < 0.003


def test_wider_eyes_and_a_lower_mouth_are_found(model, avatar):
    known = load_face_points()
    true = known.canonical.clone()
    true[:, 0] *= 1.1
    true[known.canonical[:, 1] < 0.53, 1] -= 0.006
    drives, cameras = zip(*(photo(turn) for turn in (-0.3, 0.0, 0.3)), strict=True)
    faces = [landmarks(avatar, drive, camera, true) for drive, camera in zip(drives, cameras, strict=True)]
    fitted = fit_face(avatar, model.template, stacked(drives), cameras, faces)
    near = torch.cdist(known.canonical, model.template.points).argmin(-1)
    wanted = true - known.canonical

    def off(one):
        return ((one.canonical.means - avatar.canonical.means)[near] - wanted)[:, :2].norm(dim=-1).mean()

    assert off(fitted) < 0.6 * off(avatar)
    assert fitted.rig.joints[23, 0] - avatar.rig.joints[23, 0] > 0.001
    torso = model.template.part == PARTS.index("torso")
    assert torch.equal(fitted.canonical.means[torso], avatar.canonical.means[torso])


def test_without_a_face_nothing_changes(model, avatar):
    drive, camera = photo(0.0)
    assert fit_face(avatar, model.template, stacked([drive]), [camera], [None]) is avatar


def test_lids_are_drawn_back_for_whoever_looks_with_wide_eyes(model, avatar):
    known = load_face_points()
    uppers, lowers = ([known.chosen.index(number) for number in rims] for rims in zip(*RIMS, strict=True))

    def fitted(by):
        true = known.canonical.clone()
        true[uppers, 1] += by
        drive, camera = photo(0.0)
        face = landmarks(avatar, drive, camera, true)
        return fit_face(avatar, model.template, stacked([drive]), [camera], [face])

    def opening(one):
        rims = one.canonical.means[model.template.nearest(known.canonical, NEAREST)].mean(1)
        return (rims[uppers, 1] - rims[lowers, 1]).mean()

    narrow, wide = fitted(-0.003), fitted(0.003)
    assert opening(wide) > opening(narrow) + 0.001
    shut = wide.blendshapes[..., list(wide.lids.actions)].sum(-1)
    blinking = replace(wide, canonical=replace(wide.canonical, means=wide.canonical.means + shut))
    assert opening(blinking) < opening(avatar) - 0.002


def test_noise_of_the_network_is_ironed(model, avatar):
    torch.manual_seed(0)
    shaken = avatar.canonical.means + 0.003 * torch.randn_like(avatar.canonical.means)
    rough = replace(avatar, canonical=replace(avatar.canonical, means=shaken))
    drive, camera = photo(0.0)
    face = landmarks(avatar, drive, camera, load_face_points().canonical)
    fitted = fit_face(rough, model.template, stacked([drive]), [camera], [face])
    part = model.template.part == PARTS.index("face")

    def roughness(one):
        return (one.canonical.means - model.template.points)[part].std(0).mean()

    assert roughness(fitted) < 0.5 * roughness(rough)


def test_the_inside_of_the_mouth_is_dark_and_its_lips_are_the_person_s_own(model, avatar):
    template = model.template
    mouth, (x, _, z) = template.part == PARTS.index("mouth"), template.points.unbind(1)
    bright = replace(avatar, canonical=replace(avatar.canonical, colors=torch.full_like(avatar.canonical.colors, 0.8)))
    made = ironed(bright, template).canonical
    deep, lips = mouth & (z < 0.1) & (x.abs() < 0.02), mouth & (z > INNER[1] - 0.001)
    assert made.colors[deep].max() < 0.5 and made.opacities[deep].min() > 0.9
    assert lips.any() and made.colors[lips].min() > 0.7
    assert torch.equal(made.colors[~mouth], bright.canonical.colors[~mouth])
