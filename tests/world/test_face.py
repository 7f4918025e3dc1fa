"""What sits on a face: glasses, hats, beards, teeth, and the face at rest."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from lca.geometry.body_file import load_body
from lca.world.body.figure import JOINT_INDEX, Figure, body_pattern
from lca.world.body.rest_face import resting
from lca.world.hair.accessories import Worn, make_accessories
from lca.world.hair.beard import Beard, make_beard
from lca.world.hair.glasses import SHAPES
from lca.world.hair.headwear import HEADWEAR
from lca.world.paint import skin_columns as s
from lca.world.paint.eye import paint_teeth
from lca.world.paint.face import beard_field, creases, lips
from lca.world.paint.skin import TONES, tone
from lca.world.person.complexion import mouth_rows
from lca.world.person.identity import ROWS, sample_identity
from lca.world.person.people import Person

LOOKS = {"frame": 10, "lens": 11, "headwear": 12}
NAMES = load_body().expression_names


def figures() -> list[Figure]:
    return [Figure(np.zeros(100, np.float32)), *(Figure(sample_identity(seed).betas) for seed in (2, 9))]


def depth_inside(points: np.ndarray, figure: Figure) -> np.ndarray:
    """Metres below the skin's nearest tangent plane."""
    nearest = KDTree(figure.rest).query(points)[1]
    return -((points - figure.rest[nearest]) * figure.normals[nearest]).sum(1)


@pytest.mark.parametrize("shape", SHAPES)
def test_lenses_sit_before_the_eyes(shape):
    for figure in figures():
        frame, lens = make_accessories(figure, Worn(glasses=shape, tinted=True), LOOKS)
        left = lens.rest[lens.rest[:, 0] > 0].mean(0)
        eye = figure.joints[JOINT_INDEX["left_eye"]]
        assert np.abs(left[:2] - eye[:2]).max() < 0.008 and 0.018 < left[2] - eye[2] < 0.05
        assert np.quantile(depth_inside(frame.rest, figure), 0.9) < 0.004
        assert (frame.weights[:, 15] == 1).all()


@pytest.mark.parametrize("name", HEADWEAR)
def test_headwear_lies_outside_the_head_and_off_the_face(name):
    for figure in figures():
        (cloth,) = make_accessories(figure, Worn(headwear=name), LOOKS)
        on_head = cloth.canonical[:, 1] > 0.49  # what hangs lower is pushed out of the posed body
        assert np.quantile(depth_inside(cloth.rest[on_head], figure), 0.98) < 0.004
        near_face = (np.abs(cloth.canonical[:, 0]) < 0.04) & (np.abs(cloth.canonical[:, 1] - 0.56) < 0.06)
        assert not (near_face & (cloth.canonical[:, 2] > 0.10) & (cloth.canonical[:, 2] < 0.17)).any()


def test_a_beard_moves_with_the_jaw():
    who = sample_identity(0)
    skin = who.materials[ROWS.index("skin")].copy()
    skin[s.BEARD] = s.FULL
    figure = Figure(np.zeros(100, np.float32))
    (beard,) = make_beard(figure, Beard("full", 0.02, 1), skin, 9)
    assert len(beard.faces) < 8000 and beard.expression is not None and beard.moving is not None
    drop = beard.expression[:, 1, NAMES.index("jawOpen")]
    chin = (beard.canonical[beard.moving, 1] < 0.495) & (beard.canonical[beard.moving, 2] > 0.135)
    assert drop[chin].mean() < -0.015
    assert (depth_inside(beard.rest, figure) < 0.004).mean() > 0.97
    assert make_beard(figure, Beard("stubble", 0.0, 1), skin, 9) == []


def test_beards_leave_the_lips_free():
    row = sample_identity(0).materials[0].copy()
    row[s.BEARD] = s.FULL
    pattern = body_pattern()[1]
    face = pattern.template[(pattern.template[:, 2] > 0.12) & (pattern.template[:, 1] > 0.47)]
    on_lips = [point for point in face if lips(row, *map(float, point)) > 0.9]
    assert len(on_lips) > 20 and all(beard_field(row, *map(float, point)) < 0.001 for point in on_lips)


def test_resting_face_smiles_and_gives_way():
    face = Person.sample(4).identity.rest_face
    smile = NAMES.index("mouthSmileLeft")
    actions = np.zeros((2, 52), np.float32)
    actions[1, NAMES.index("jawOpen")] = 0.8
    out = resting(face, actions)
    assert 0.1 < out[0, smile] < 0.45 and out[1, smile] == 0
    assert out[1, NAMES.index("browInnerUp")] == face[NAMES.index("browInnerUp")]
    assert out.min() >= 0 and out.max() <= 1 and not actions[0].any()


def test_teeth_are_light_in_front_dark_behind_red_at_the_root():
    row = mouth_rows(1)[1]
    places = (0.004, 0.524, 0.148), (0.034, 0.524, 0.11), (0.004, 0.536, 0.148)
    front, back, gum = (np.array(paint_teeth(row, *place)[:3]) for place in places)
    assert front.min() > 0.3 and back.max() < 0.5 * front.min() and gum[0] > 2 * gum[1]


def test_lines_come_with_age_and_lie_on_the_face():
    row = sample_identity(0).materials[0]
    pattern = body_pattern()[1]
    depth = np.array([creases(row, *map(float, point)) for point in pattern.template[pattern.template[:, 1] > 0.45]])
    assert depth.max() > 0.8 and (depth > 0.3).mean() < 0.25
    people = [sample_identity(seed) for seed in range(60)]
    young = [p.materials[0, s.AGE_LINES] for p in people if float(p.attributes["age"]) < 38]
    old = [p.materials[0, s.AGE_LINES] for p in people if float(p.attributes["age"]) > 65]
    assert max(young) == 0 and min(old) > 0.15


def test_tones_fall_evenly():
    luminance = np.array([tone(float(k), 0.0) @ [0.21, 0.72, 0.07] for k in range(len(TONES))])
    steps = np.diff(np.log(luminance))
    assert (steps < -0.05).all() and luminance[0] < 0.62 and luminance[-1] < 0.06
