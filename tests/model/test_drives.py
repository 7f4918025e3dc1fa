"""On the shipped checkpoint: every drive reaches the part of the picture that it names (losing a link must show)."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.formats.photos import GREY, Photos, crop_square
from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.geometry.camera import orbit
from lca.model.checkpoint import SHIPPED, load_model
from lca.motion.expressions import actions_of
from lca.render import render
from lca.world.light.directional import studio_light
from lca.world.light.renderer import render_views
from lca.world.person.people import Person

FRAMES = 6
SEED = 900_001
"""Far beyond the seeds of any training world."""


def standing(frames: int) -> torch.Tensor:
    """Arms lowered to 50 degrees."""
    theta = torch.zeros(frames, 156)
    theta[:, 3 * 16 + 2], theta[:, 3 * 17 + 2] = -0.7, 0.7
    return theta


def picture_of(person, camera, theta, actions, psi):
    scene = person.assemble(theta.numpy(), np.zeros(3, np.float32), actions, psi)
    background = np.full((camera.height, camera.width, 3), GREY, np.float32)
    (picture,) = render_views(scene, [camera], studio_light(), [background], samples=2)
    image = torch.from_numpy(picture.image).permute(2, 0, 1).float()
    return image, torch.from_numpy(picture.mask)[None].float(), picture


@pytest.fixture(scope="module")
def staged():
    """A person, the avatar made of four photos of that person in the studio, and where the head is."""
    person, model = Person.sample(SEED), load_model(SHIPPED)
    neutral = np.zeros(52, np.float32), np.zeros(4, np.float32)
    bodies, faces = [], []
    head = head_of(person)
    for azimuth in (0.0, 0.6, -0.6, math.pi):
        image, mask, _ = picture_of(
            person, orbit(azimuth, 0.0, 3.2, (0.0, -0.1, 0.0), 0.65, 320), standing(1)[0], *neutral
        )
        box = torch.tensor([0.0, 0.0, 320.0, 320.0])
        bodies.append((crop_square(image, box, 256, GREY), crop_square(mask, box, 256)))
        faces.append(picture_of(person, orbit(azimuth, 0.0, 1.5, head, 0.24, 128), standing(1)[0], *neutral)[:2])
    body, body_mask, face, face_mask = (torch.stack(x) for pair in (bodies, faces) for x in zip(*pair, strict=True))
    avatar = model.reconstruct(Photos(body, body_mask, face, face_mask), torch.from_numpy(person.betas).float())
    return person, avatar, head


def head_of(person) -> tuple[float, float, float]:
    scene = person.assemble(
        np.zeros(156, np.float32), np.zeros(3, np.float32), np.zeros(52, np.float32), np.zeros(4, np.float32)
    )
    top = float(scene.vertices[:, 1].max())
    return 0.0, top - 0.14, 0.05


def rise(staged, camera, theta, actions, psi, region):
    """By how much the mean squared error in `region` rises when the drives are permuted between the frames, as a share of
    how much the truth itself varies over the frames: about 2 for an avatar that follows exactly, 0 for one that ignores it.

    Squares, and every cyclic shift: what is wrong in all frames alike adds the same to both errors.
    """
    person, avatar, _ = staged
    truths, shown, inside = [], [], []
    for i in range(len(theta)):
        truth, _, picture = picture_of(person, camera, theta[i], actions[i], psi[i])
        truths.append(truth)
        inside.append(region(picture))
        drive = theta[i], avatar.eps_from_actions(torch.from_numpy(actions[i])), torch.from_numpy(psi[i])
        shown.append(render(avatar.drive(*drive), camera, torch.full((3,), GREY)).image)
    seen = torch.stack(inside).amax(0)
    truth, avatars = (torch.stack(pictures) * seen for pictures in (truths, shown))
    own = ((avatars - truth) ** 2).mean()
    others = torch.stack([((avatars.roll(k, 0) - truth) ** 2).mean() for k in range(1, len(theta))]).mean()
    return float((others - own) / (truth - truth.mean(0)).square().mean())


def between(low, high):
    """The pixels that show canonical points between two corners (metres)."""

    def region(picture):
        points = np.nan_to_num(picture.truth.canonical, nan=-9.0)
        return torch.from_numpy(((points > low) & (points < high)).all(-1)).float()

    return region


def test_permuted_face_codes_show_in_the_face(staged):
    camera = orbit(0.0, 0.0, 1.5, staged[2], 0.24, 192)
    names = ({"jawOpen": 0.9}, {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}, {"mouthPucker": 1.0},
             {"browInnerUp": 1.0, "jawOpen": 0.3}, {"mouthFunnel": 1.0}, {})  # fmt: skip
    actions = np.concatenate([actions_of(1, weights) for weights in names])
    gain = rise(staged, camera, standing(FRAMES), actions, np.zeros((FRAMES, 4), np.float32), face_region())
    assert gain > 0.01


def test_a_blink_closes_the_eyes(staged):
    """Against closed eyes, an avatar whose eyes stay open errs more. (By permutation it would not show: painted eyes are larger
    than this person's, so closed ones are nearer to any truth.)"""
    person, avatar, head = staged
    camera, theta, psi = orbit(0.0, 0.0, 1.5, head, 0.24, 192), standing(1)[0], torch.zeros(4)
    blink = torch.from_numpy(actions_of(1, {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})[0])
    truth, _, picture = picture_of(person, camera, theta, blink.numpy(), psi.numpy())

    def error(actions):
        shown = render(avatar.drive(theta, avatar.eps_from_actions(actions), psi), camera, torch.full((3,), GREY)).image
        return float(((shown - truth) * face_region()(picture)).square().mean())

    assert error(blink) < 0.9 * error(torch.zeros(52))


def test_a_strand_of_hair_before_the_temple_does_not_darken_the_lids(staged):
    avatar = staged[1]
    colors, lid = avatar.canonical.colors, avatar.lids.cover.amax(0) > 0.9
    x = avatar.canonical.means[:, 0] - avatar.canonical.means[lid, 0].amax()
    strand = replace(avatar.canonical, colors=torch.where(((x > 0.0) & (x < 0.02))[:, None], 0.0, colors))
    hairy = replace(avatar, canonical=strand).lids.tone[lid]
    assert (hairy - avatar.lids.tone[lid]).abs().amax() < 0.15


def face_region():
    """The front of the head below the hair."""
    return between(np.array([-0.07, 0.42, 0.02]), np.array([0.07, 0.62, 0.3]))


def test_permuted_gaze_shows_in_the_eyes(staged):
    camera = orbit(0.0, 0.0, 1.5, staged[2], 0.24, 192)
    yaw, pitch = np.array([-0.5, 0.5, 0.0, 0.0, -0.4, 0.4]), np.array([0.0, 0.0, 0.3, -0.3, 0.2, -0.2])
    psi = np.stack([yaw, pitch, yaw, pitch], -1).astype(np.float32)
    actions = np.zeros((FRAMES, 52), np.float32)
    gain = rise(staged, camera, standing(FRAMES), actions, psi, eye_region())
    assert gain > 0.01


def eye_region():
    """Around both eyes of the mean person."""
    body = load_body()
    eyes = body.template[body.part_labels == PARTS.index("eye")].numpy()
    return between(eyes.min(0) - 0.005, eyes.max(0) + 0.02)


def test_permuted_fingers_show_in_the_hands(staged):
    theta = standing(FRAMES)
    for i in range(FRAMES):
        curl = 1.4 * (i % 2)
        theta[i, 66:111].view(15, 3)[:12, 2] = -curl
        theta[i, 111:156].view(15, 3)[:12, 2] = curl
    camera = orbit(0.0, 0.0, 3.0, (0.0, -0.1, 0.0), 0.6, 384)
    actions, psi = np.zeros((FRAMES, 52), np.float32), np.zeros((FRAMES, 4), np.float32)

    def hands(picture):
        return torch.from_numpy(np.abs(np.nan_to_num(picture.truth.canonical[..., 0])) > 0.68).float()

    gain = rise(staged, camera, theta, actions, psi, hands)
    assert gain > 0.3
