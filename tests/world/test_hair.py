"""Hair: bounded, on the head, off the shoulders, and hanging when the head moves."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from lca.world.body.figure import body_pattern
from lca.world.body.scene import SCENE_PARTS, vertex_normals
from lca.world.hair.haircut import Haircut
from lca.world.hair.hairdo import MOST_TRIANGLES, style
from lca.world.hair.scalp import HEAD_CENTRE, directions, hair_limits, scalp
from lca.world.hair.styles import STYLES, cut_of
from lca.world.hair.swing import calm_turn, heading, swung
from lca.world.person.identity import sample_identity
from lca.world.person.people import Person

HAIRY = [name for name in STYLES if name != "shaven"]
NECK, HEAD = 3 * 11, 3 * 14
"""Where theta holds the turns of neck and head."""


def nodding(pitch: float, yaw: float = 0.0) -> np.ndarray:
    theta = np.zeros(156, np.float32)
    theta[NECK : NECK + 3] = theta[HEAD : HEAD + 3] = (pitch / 2, yaw / 2, 0)
    return theta


def cut_for(name: str, seed: int) -> Haircut:
    cut = cut_of(name, np.random.default_rng(seed))
    assert cut is not None
    return cut


def wearing(name: str) -> Person:
    """A bareheaded person with the style."""
    who = sample_identity(5)
    plain = replace(who, hair=cut_for(name, 1), worn=replace(who.worn, headwear=""))
    return Person(5, plain)


def posed(person: Person, theta: np.ndarray):
    rest = np.zeros(3, np.float32), np.zeros(52, np.float32), np.zeros(4, np.float32)
    return person.assemble(theta, *rest)


@pytest.mark.parametrize("name", HAIRY)
def test_each_style_is_a_bounded_mesh_on_the_head(name):
    hair = style(cut_for(name, 0), 3)
    assert 1000 < len(hair.faces) <= MOST_TRIANGLES
    assert np.isfinite(hair.vertices).all() and hair.faces.max() < len(hair.vertices)
    assert ((hair.slack >= 0) & (hair.slack <= 1)).all()
    if "loc" not in name:
        away = np.linalg.norm(hair.vertices[hair.slack == 0] - HEAD_CENTRE, axis=1)
        assert away.min() > 0.05 and away.max() < 0.26


@pytest.mark.parametrize("name", ["short", "afro", "swept back", "bun"])
def test_hair_covers_the_scalp_to_its_line(name):
    cut = cut_for(name, 0)
    hair = style(cut, 3)
    azimuth = np.linspace(-np.pi, np.pi, 60)
    share = np.linspace(0.1, 0.92, 12)[:, None]
    towards = directions(share * hair_limits(azimuth, cut.shift, cut.recede), np.broadcast_to(azimuth, (12, 60)))
    skin = HEAD_CENTRE + scalp(towards)[..., None] * towards
    near = KDTree(hair.vertices).query(skin.reshape(-1, 3))[0]
    assert np.quantile(near, 0.98) < max(0.026, 1.2 * cut.top)


def test_short_hair_does_not_swing():
    assert style(Haircut(0.01, 0.006), 0).slack.max() == 0


@pytest.mark.parametrize("name", ["long", "long curly", "ponytail", "plaits"])
@pytest.mark.parametrize("turn", [(0.0, 0.0), (0.3, 0.6), (-0.3, 0.0)])
def test_hanging_hair_keeps_off_the_shoulders(name, turn):
    person = wearing(name)
    scene = posed(person, nodding(*turn))
    (span,) = [s for p, s in zip(person.pieces, person.outfit.spans, strict=True) if p.pivot is not None]
    loose = np.flatnonzero(np.asarray(person.outfit.pieces[person.outfit.spans.index(span)].loose))
    hair = scene.vertices[span][loose]
    ids = [1 + SCENE_PARTS.index(part) for part in ("head", "face", "neck", "torso", "upper_arm", "shirt")]
    used, faces = np.unique(scene.faces[np.isin(scene.parts, ids)], return_inverse=True)
    solid = scene.vertices[used]
    nearest = KDTree(solid).query(hair)[1]
    inside = ((hair - solid[nearest]) * vertex_normals(solid, faces.reshape(-1, 3))[nearest]).sum(1) < -0.002
    assert inside.mean() < 0.02


def test_hair_of_a_bowed_head_hangs():
    person = wearing("ponytail")
    (piece,) = [p for p in person.pieces if p.pivot is not None]
    assert piece.slack is not None and piece.pivot is not None
    angle = 0.8
    head = np.eye(4)
    head[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    calm = calm_turn(head[:3, :3], np.eye(3))
    tips = piece.slack > 0.85
    places, _ = swung(piece.rest[tips], piece.pivot[tips], piece.slack[tips], head, calm)
    rigid = piece.rest[tips] @ head[:3, :3].T
    fallen = piece.pivot[tips] @ head[:3, :3].T
    hangs, stiff = (np.linalg.norm((x - fallen)[:, [0, 2]], axis=1).mean() for x in (places, rigid))
    assert hangs < 0.6 * stiff
    lengths = [np.linalg.norm(x, axis=1) for x in (places - fallen, piece.rest[tips] - piece.pivot[tips])]
    np.testing.assert_allclose(*lengths, rtol=1e-3)


@pytest.mark.parametrize("angle", [-3.1, -1.0, 0.0, 0.4, 3.1])
def test_heading_is_the_turn_about_the_vertical(angle):
    c, s = np.cos(angle), np.sin(angle)
    yaw = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    tilt = np.array([[1, 0, 0], [0, 0.8, -0.6], [0, 0.6, 0.8]])
    assert heading(yaw) == pytest.approx(angle, abs=1e-6)
    assert heading(yaw @ tilt) == pytest.approx(angle, abs=1e-6)


def test_tips_stay_where_the_body_is():
    pattern = body_pattern()[1]
    for name in ("long", "locs", "plaits"):
        hair = style(cut_for(name, 2), 1)
        assert hair.vertices[:, 1].min() > 0.1 and np.abs(hair.vertices[:, 0]).max() < 0.2
        assert hair.vertices[:, 1].max() < pattern.template[:, 1].max() + 0.05
