"""People: the same for ever, dressed, and tied to the body."""

import numpy as np
import pytest
import torch
from PIL import Image

from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.geometry.camera import orbit
from lca.world.body.scene import SCENE_PARTS
from lca.world.folders.portraits import GREY, people_sheet, portrait_sheet
from lca.world.light.directional import studio_light
from lca.world.light.renderer import render_scene
from lca.world.person.identity import sample_identity
from lca.world.person.people import Person

REST = (np.zeros(156, np.float32), np.zeros(3, np.float32), np.zeros(52, np.float32), np.zeros(4, np.float32))


def part(name: str) -> int:
    return 1 + SCENE_PARTS.index(name)


def vertices_of(scene, name: str) -> np.ndarray:
    return np.unique(scene.faces[scene.parts == part(name)])


@pytest.fixture(scope="module")
def person() -> Person:
    return Person.sample(3)


def test_same_seed_same_person():
    one, two = Person.sample(11), Person.sample(11)
    np.testing.assert_array_equal(one.betas, two.betas)
    assert one.attributes == two.attributes
    a, b = one.assemble(*REST), two.assemble(*REST)
    np.testing.assert_array_equal(a.vertices, b.vertices)
    np.testing.assert_array_equal(a.materials, b.materials)
    assert Person.sample(12).attributes != one.attributes


def test_negative_seed():
    with pytest.raises(ValueError, match="non-negative seed"):
        Person.sample(-1)


def test_clothes_follow_the_build():
    people = [sample_identity(seed).attributes for seed in range(400)]
    builds = np.array([float(who["build"]) for who in people])
    assert builds[["skirt_style" in who for who in people]].mean() > builds.mean() + 0.1


def test_bare_skin_is_the_posed_body(person):
    rng = np.random.default_rng(0)
    theta = (rng.normal(size=156) * 0.1).astype(np.float32)
    actions, psi = rng.random(52).astype(np.float32) * 0.5, np.array([0.2, 0.1, 0.2, 0.1], np.float32)
    scene = person.assemble(theta, np.array([0.1, 0.2, 0.3], np.float32), actions, psi)
    body = load_body()
    tensors = [torch.from_numpy(x) for x in (person.betas, theta, np.array([0.1, 0.2, 0.3], np.float32), psi, actions)]
    truth = body.posed(*tensors).numpy()
    for name in ("face", "eye", "hand"):
        mine = vertices_of(scene, name)
        order = {tuple(p): i for i, p in enumerate(body.template.numpy().tolist())}
        ids = [order.get(tuple(p)) for p in scene.canonical[mine].tolist()]
        pairs = [(m, i) for m, i in zip(mine, ids, strict=True) if i is not None]
        assert len(pairs) > 0.5 * len(mine)
        off = np.linalg.norm(scene.vertices[[m for m, _ in pairs]] - truth[[i for _, i in pairs]], axis=1)
        assert np.median(off) < 1e-4 and np.quantile(off, 0.9) < 0.006


@pytest.mark.parametrize("seed", [1, 4, 5, 9])
def test_clothes_lie_outside_the_skin_and_canonical_stays_in_range(seed):
    person = Person.sample(seed)
    scene = person.assemble(*REST)
    assert np.isfinite(scene.vertices).all() and np.abs(scene.canonical).max() < 1.27
    assert scene.faces.max() < len(scene.vertices) and len(scene.looks) == len(scene.parts) == len(scene.faces)
    shirt = scene.vertices[vertices_of(scene, "shirt")]
    assert np.ptp(shirt[:, 1]) > 0.3
    picture = render_scene(scene, orbit(0.0, 0.0, 3.4, size=128), studio_light())
    names = {SCENE_PARTS[p - 1] for p in np.unique(picture.truth.part) if p}
    assert {"face", "hand", "shirt", "shoes" if person.identity.clothes.shoe else "foot"} <= names
    share = (picture.truth.part == part("torso")).sum() / (picture.truth.part > 0).sum()
    assert share < 0.06


def test_gaze_turns_the_eyes_only(person):
    still = person.assemble(*REST)
    aside = person.assemble(*REST[:3], np.array([0.4, 0, 0.4, 0], np.float32))
    moved = np.linalg.norm(aside.vertices - still.vertices, axis=1) > 1e-5
    assert moved[vertices_of(still, "eye")].mean() > 0.8
    eyes = still.vertices[vertices_of(still, "eye")].mean(0)
    assert (np.abs(still.vertices[moved] - eyes) < [0.06, 0.04, 0.05]).all()


def test_trousers_are_wider_than_the_legs():
    seed = next(s for s in range(99) if sample_identity(s).attributes["bottom"] == "wide trousers")
    person = Person.sample(seed)
    scene = person.assemble(*REST)
    body = load_body()
    skin = body.rest(torch.from_numpy(person.betas))[0].numpy()
    calf = skin[body.part_labels.numpy() == PARTS.index("calf")]
    cloth = scene.vertices[vertices_of(scene, "trousers")]
    low, high = np.quantile(calf[:, 1], [0.4, 0.6])
    width = [np.ptp(p[(p[:, 1] > low) & (p[:, 1] < high) & (p[:, 0] > 0), 2]) for p in (calf, cloth)]
    assert width[1] > width[0] + 0.03


def test_portraits_are_drawn_from_several_sides(tmp_path):
    out = portrait_sheet([3], tmp_path / "sheet.png", azimuths=(0.0, 2.8), size=48, across=1)
    sheet = np.asarray(Image.open(out)).astype(float)
    assert sheet.shape == (48, 96, 3)
    front, back = sheet[:, :48], sheet[:, 48:]
    assert np.abs(front - 255 * GREY).max() > 40 and np.abs(front - back).mean() > 5


def test_whole_people_are_drawn_in_the_frame(tmp_path):
    sheet = np.asarray(Image.open(people_sheet([3, 4, 8], tmp_path / "people.jpg", size=64, across=2))).astype(float)
    assert sheet.shape == (128, 80, 3) and sheet[64:, 40:].max() < 8
    shown = np.abs(sheet[:64, :40] - 255 * GREY).max(2) > 40
    assert shown.any(1).sum() > 45 and not shown[[0, -1]].any() and not shown[:, [0, -1]].any()
