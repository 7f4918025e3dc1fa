"""What a capture says of itself agrees: pictures, cameras, pose, light and canonical coordinates."""

import functools

import numpy as np
import pytest
import torch

from lca.data import Capture, Circumstances, Surface, load_world
from lca.data.faces import faces_of
from lca.formats.captures import PICTURES
from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.geometry.directions import fibonacci_directions
from lca.geometry.rotations import axis_angle_to_matrix
from lca.world.stages import portrait
from lca.world.stages.capture import STAGES, capture, split_of
from lca.world.stages.filming import mask_box
from lca.world.stages.framing import GROUPS, RING, ring_cameras
from lca.world.stages.lightstage import LAMPS
from lca.world.stages.studio import TIMES
from lca.world.stages.wild import FRAMES
from tests.world.captures import built

BODY = load_body()


@functools.cache
def drawn(stage, index=0, size=64):
    """A row of a stage as `load_world` gives it, drawn on the spot."""
    row = capture(stage, 3, index, size)
    return row | {name: [{"bytes": picture, "path": None} for picture in row[name]] for name in PICTURES}


def read(stage):
    """The one capture of the test split."""
    return Capture.read(load_world(built(stage), "test")[0])


def known(row):
    """The circumstances of all frames of a row."""
    return Circumstances.read(row, range(len(row["image"])))


def posed(betas, theta, translation):
    """Vertices of the naked person in all frames."""
    return BODY.posed(betas.expand(len(theta), -1), theta, translation)


def eyes(capture):
    """Where the cameras are."""
    matrix = capture.camera.camera_from_world
    return -(matrix[:, :3, :3].mT @ matrix[:, :3, 3:])[..., 0]


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


def test_a_wild_capture_is_a_video_that_sees_all_sides():
    for row in (drawn("wild", 0), drawn("wild", 1)):
        capture = Capture.read(row)
        assert len(capture) in FRAMES
        time = known(row).time
        steps = torch.diff(time)
        assert steps.min() > 0 and 4 < time[-1] < 12
        place, eye = capture.translation[:, [0, 2]], eyes(capture)[:, [0, 2]]
        speed = (eye[1:] - eye[:-1]).norm(dim=-1) / steps
        assert speed.max() < 3.5, "somebody carries the camera, metres per second"
        ahead = axis_angle_to_matrix(capture.theta[:, :3])[:, [0, 2], 2]
        away = eye - place
        side = torch.atan2(away[:, 0], away[:, 1]) - torch.atan2(ahead[:, 0], ahead[:, 1])
        side = torch.remainder(side, 2 * torch.pi).sort().values
        gaps = torch.diff(side, append=side[:1] + 2 * torch.pi)
        assert gaps.max() < 1.6, "no side of the person is missing"
        height = capture.body_box[:, 3] - capture.body_box[:, 1]
        assert (height > 0.3 * 64).all()
        for frame in range(len(capture)):
            box = mask_box(capture.mask[frame, 0].numpy())
            assert np.abs(box - capture.body_box[frame].numpy()).max() <= 1


def test_wild_tracking_is_off_by_a_few_degrees_and_centimetres():
    row = load_world(built("wild"), "test")[0]
    capture, sure = Capture.read(row), known(row).tracked_confidence > 0.7
    exact, tracked = [
        axis_angle_to_matrix(theta.reshape(-1, 52, 3)) for theta in (capture.theta, capture.tracked_theta)
    ]
    cosine = ((exact.mT @ tracked).diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2
    degrees = torch.rad2deg(torch.arccos(cosine.clamp(-1, 1)))[sure]
    assert 0.5 < degrees[:, :22].mean() < 5 and 2 < degrees[:, 22:].mean() < 10
    true = posed(capture.betas, capture.theta, capture.translation)
    noisy = posed(capture.tracked_betas, capture.tracked_theta, capture.tracked_translation)
    in_camera = [camera.project(v) for camera, v in ((capture.camera, true), (capture.tracked_camera, noisy))]
    assert 0.005 < (true - noisy).norm(dim=-1).median() < 0.04
    assert (in_camera[0] - in_camera[1])[..., :2].norm(dim=-1).median() < 96 * 0.03


def test_the_studio_is_exact_and_calibrated():
    row = load_world(built("studio"), "test")[0]
    capture, taken = Capture.read(row), known(row)
    assert RING >= 16 and len(capture) == RING // GROUPS * TIMES
    assert torch.equal(capture.theta, capture.tracked_theta) and torch.equal(capture.betas, capture.tracked_betas)
    assert torch.equal(capture.camera.camera_from_world, capture.tracked_camera.camera_from_world)
    assert set(taken.camera_index.tolist()) == set(range(RING)), "every camera is used"
    for camera in range(RING):
        places = capture.camera.camera_from_world[taken.camera_index == camera]
        assert (places == places[0]).all(), "the ring does not move"
    at_once = taken.time == 0
    assert at_once.sum() == RING // GROUPS and (capture.theta[at_once] == capture.theta[0]).all()
    assert not torch.equal(capture.theta[0], capture.theta[-1])
    assert torch.equal(capture.radiance[0], capture.radiance[-1]) and "tracked_theta" in taken.exact


def test_depth_and_normals_are_those_of_the_surface():
    row = load_world(built("studio"), "test")[0]
    frames = [0, 7]
    capture, surface = Capture.read(row, frames), Surface.read(row, frames)
    body = BODY.posed(capture.betas.expand(2, -1), capture.theta, capture.translation, capture.psi, capture.actions)
    for k in range(2):
        rows, columns = torch.nonzero(surface.depth[k, 0], as_tuple=True)
        camera, depth = capture.camera[k].resized(48, 48), surface.depth[k, 0, rows, columns]
        rays = torch.stack([columns + 0.5, rows + 0.5, torch.ones(len(rows))], -1) @ torch.inverse(camera.intrinsics).T
        matrix = camera.camera_from_world
        points = (rays * depth[:, None] - matrix[:3, 3]) @ matrix[:3, :3]
        assert torch.cdist(points, body[k]).min(1).values.median() < 0.05, "metres from the naked body"
        normals = surface.normals[k, :, rows, columns].T
        assert torch.allclose(normals.norm(dim=-1), torch.ones(len(rows)), atol=1e-4)
        assert ((normals * (eyes(capture)[k] - points)).sum(-1) > -0.3).float().mean() > 0.97, "they face the camera"


def test_the_light_stage_shows_one_lamp_at_a_time_and_all():
    row = drawn("lightstage")
    capture, taken = Capture.read(row), known(row)
    alone = (capture.radiance == 0).all(-1).all(-1)
    shown = capture.lamp_direction[alone]
    nearest = torch.cdist(shown, torch.from_numpy(fibonacci_directions(LAMPS))).argmin(1)
    assert LAMPS >= 64 and nearest.sort().values.tolist() == list(range(LAMPS)), "each direction once"
    assert len(set(taken.camera_index.tolist())) >= 4 and len(capture) <= 128
    full = (capture.radiance.amin((1, 2)) > 0) & (capture.lamp_colour == 0).all(-1)
    assert full.sum() >= 16 and len({tuple(x) for x in capture.radiance[full].flatten(1).tolist()}) > 4
    surface = Surface.read(row, range(len(capture)))
    facing = torch.einsum("fchw,fc->fhw", surface.normals, capture.lamp_direction).clamp(min=0)
    small = torch.nn.functional.avg_pool2d(capture.image.mean(1), 2)
    lit = [
        torch.corrcoef(torch.stack([facing[k][valid], small[k][valid]]))[0, 1]
        for k in torch.nonzero(alone)[:, 0].tolist()
        if (valid := capture.canonical_mask[k, 0]).sum() > 50 and facing[k][capture.canonical_mask[k, 0]].max() > 0.5
    ]
    assert len(lit) > 20 and torch.stack(lit).median() > 0.3, "bright where the surface faces the lamp"


def test_drawn_people_are_for_tests_only():
    assert {split_of(index, "stylised") for index in range(40)} == {"test"} and split_of(2, "wild") == "train"
    rows = [drawn("stylised", index) for index in (0, 2, 3)]
    styles = {known(row).scene["style"]: Capture.read(row) for row in rows}
    assert len(styles) == 3 and all(row["split"] == "test" for row in rows)
    for style, taken in styles.items():
        assert taken.body_box.min(0).values[3] > 0 and taken.mask.mean() > 0.03, style
        if style == "sketch":
            assert (taken.image.amax(1) - taken.image.amin(1)).mean() < 0.06, "grey on paper"


def test_portraits_show_faces_from_the_front_that_move():
    for row in (drawn("portrait", 0), drawn("portrait", 1)):
        capture = Capture.read(row)
        assert len(capture) == portrait.FRAMES and len(faces_of(row)) > 0.7 * portrait.FRAMES
        assert (capture.actions.amax(0) - capture.actions.amin(0)).amax() > 0.25
        nose = posed(capture.betas, capture.theta, capture.translation)[:, BODY.landmarks["nose"]][:, None]
        seen = capture.camera.project(nose)[:, 0, :2]
        assert ((seen > 0) & (seen < 64)).all(), "the head is in the picture"
        assert (capture.face_box[:, 2] - capture.face_box[:, 0] > 64 / 6).all(), "and fills a good part of it"


def test_every_stage_fills_the_schema():
    assert list(STAGES)[:2] == ["wild", "studio"], "their places are part of the seeds"
    for stage in ("wild", "lightstage", "stylised", "portrait"):
        row = drawn(stage)
        frames = len(row["image"])
        assert all(len(row[name]) in (0, frames) for name in PICTURES)
        assert bool(row["depth"]) == bool(row["normals"]) == (stage == "lightstage")
        assert Capture.read(row).attributes["skin_tone"] is not None and known(row).scene["motion"]


def test_the_ring_sees_the_whole_person():
    ring = ring_cameras(np.random.default_rng(0), -1.0, 1.7, 256)
    pixels = ring.project(BODY.template.expand(RING, -1, -1))[..., :2]
    assert (pixels > 0).all() and (pixels < 256).all()
