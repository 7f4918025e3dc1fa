"""What a capture says of itself agrees: pictures, cameras, pose and canonical coordinates."""

import numpy as np
import pytest
import torch

from lca.data import Capture, load_world
from lca.geometry.body import PARTS, load_body
from lca.geometry.camera import Camera
from lca.geometry.rotations import axis_angle_to_matrix
from lca.world.background import studio_surroundings
from lca.world.framing import HandHeld, ring_cameras
from lca.world.stages import RING, STUDIO_TIMES, WILD_FRAMES, Film, mask_box
from tests.world.captures import built

BODY = load_body()


def read(stage):
    """The one capture of the test split."""
    return Capture.read(load_world(built(stage), "test")[0])


def posed(betas, theta, translation):
    """Vertices of the naked person in all frames."""
    return BODY.posed(betas.expand(len(theta), -1), theta, translation)


def skin_pixels(capture, canonical, mask, camera, frame):
    """Pixels whose canonical point lies on the bare template (half a millimetre) -> distance to where that vertex projects."""
    points = canonical[frame][:, mask[frame, 0]].T
    shown = torch.nonzero(mask[frame, 0])
    drive = [axis[frame] for axis in (capture.theta, capture.translation, capture.psi, capture.actions)]
    vertices = BODY.posed(capture.betas, *drive)
    gap, nearest = torch.cdist(points, BODY.template).min(1)
    bare = (gap < 0.006) & torch.isin(
        BODY.part_labels[nearest], torch.tensor([PARTS.index("face"), PARTS.index("hand")])
    )
    half = camera[frame].resized(canonical.shape[-1], canonical.shape[-2])
    pixels = half.project(vertices[nearest[bare]])[:, :2]
    return (pixels - (shown[bare].flip(-1) + 0.5)).norm(dim=-1)


@pytest.mark.parametrize("stage", ["wild", "studio"])
def test_canonical_maps_agree_with_pose_and_cameras(stage):
    capture = read(stage)
    errors = [
        skin_pixels(capture, canonical, mask, camera, frame)
        for frame in range(min(len(capture), 8))
        for canonical, mask, camera in [
            (capture.canonical, capture.canonical_mask, capture.camera),
            (capture.face_canonical, capture.face_canonical_mask, capture.face_camera),
        ]
    ]
    errors = torch.cat(errors)
    assert len(errors) > 300
    assert errors.median() < 1.0 and errors.quantile(0.9) < 2.5


@pytest.mark.parametrize("stage", ["wild", "studio"])
def test_the_face_crop_is_the_square_in_the_photo(stage):
    capture = read(stage)
    nose = posed(capture.betas, capture.theta, capture.translation)[:, BODY.landmarks["nose"]][:, None]
    in_photo = capture.camera.project(nose)[:, 0, :2]
    in_crop = capture.face_camera.project(nose)[:, 0, :2]
    side = capture.face_box[:, 2:] - capture.face_box[:, :2]
    assert torch.allclose(side[:, 0], side[:, 1], rtol=1e-4)
    assert torch.allclose((in_photo - capture.face_box[:, :2]) / side * 128, in_crop, atol=0.02)
    assert (in_crop > 4).all() and (in_crop < 124).all()
    assert (capture.face_mask.mean((1, 2, 3)) > 0.25).all()


def test_wild_people_fill_the_picture_from_all_sides():
    capture = read("wild")
    assert len(capture) == WILD_FRAMES
    height = capture.body_box[:, 3] - capture.body_box[:, 1]
    assert (height > 0.4 * 96).all()
    eye = -(capture.camera.camera_from_world[:, :3, :3].mT @ capture.camera.camera_from_world[:, :3, 3:])[..., 0]
    azimuth = torch.atan2(eye[:, 0], eye[:, 2]).sort().values
    gaps = torch.diff(azimuth, append=azimuth[:1] + 2 * torch.pi)
    assert gaps.max() < 1.5, "no side of the person is missing"
    for frame in range(len(capture)):
        assert np.array_equal(mask_box(capture.mask[frame, 0].numpy()), capture.body_box[frame].numpy())


def test_wild_tracking_is_off_by_a_few_degrees_and_centimetres():
    capture = read("wild")
    exact, tracked = [
        axis_angle_to_matrix(theta.reshape(-1, 52, 3)) for theta in (capture.theta, capture.tracked_theta)
    ]
    cosine = ((exact.mT @ tracked).diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2
    degrees = torch.rad2deg(torch.arccos(cosine.clamp(-1, 1)))
    assert 0.5 < degrees[:, :22].mean() < 5 and 2 < degrees[:, 22:].mean() < 10
    true = posed(capture.betas, capture.theta, capture.translation)
    noisy = posed(capture.tracked_betas, capture.tracked_theta, capture.tracked_translation)
    in_camera = [camera.project(v) for camera, v in ((capture.camera, true), (capture.tracked_camera, noisy))]
    assert 0.005 < (true - noisy).norm(dim=-1).median() < 0.04
    assert (in_camera[0] - in_camera[1])[..., :2].norm(dim=-1).median() < 96 * 0.03


def test_the_studio_is_exact_and_calibrated():
    capture = read("studio")
    assert len(capture) == RING * STUDIO_TIMES
    assert torch.equal(capture.theta, capture.tracked_theta) and torch.equal(capture.betas, capture.tracked_betas)
    assert torch.equal(capture.camera.camera_from_world, capture.tracked_camera.camera_from_world)
    matrices = capture.camera.camera_from_world.reshape(STUDIO_TIMES, RING, 4, 4)
    assert torch.equal(matrices[0], matrices[2]), "the ring does not move"
    theta = capture.theta.reshape(STUDIO_TIMES, RING, -1)
    assert torch.equal(theta[:, 0], theta[:, 7]) and not torch.equal(theta[0], theta[1])
    assert torch.equal(capture.radiance[0], capture.radiance[-1])


def test_closer_shots_are_rare_and_keep_the_head():
    rng, tall = np.random.default_rng(0), BODY.template.numpy()
    shots = HandHeld.sample(rng, 200, -1.0)
    cut = 0
    for index in range(200):
        camera: Camera = shots.frame(rng, index, tall, 256)
        pixels = camera.project(BODY.template)[:, :2]
        top, bottom = pixels[:, 1].min(), pixels[:, 1].max()
        cut += bool(bottom > 256)
        assert top > -1
    assert 4 < cut < 40


def test_the_ring_sees_the_whole_person():
    ring = ring_cameras(np.random.default_rng(0), -1.0, 1.7, 256)
    pixels = ring.project(BODY.template.expand(RING, -1, -1))[..., :2]
    assert (pixels > 0).all() and (pixels < 256).all()


def test_film_keeps_the_picture():
    import io

    from PIL import Image

    rng = np.random.default_rng(0)
    picture = np.linspace(0, 1, 64 * 64 * 3, dtype=np.float32).reshape(64, 64, 3)
    for film, worst in ((Film(95, 0.0), 0.01), (Film(80, 0.02), 0.03)):
        with Image.open(io.BytesIO(film.develop(rng, picture))) as stored:
            assert np.abs(np.asarray(stored) / 255 - picture).mean() < worst
    assert len(studio_surroundings(rng).shapes) == 0
