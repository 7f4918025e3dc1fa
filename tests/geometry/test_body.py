"""The default body: every bone, action, eye and finger moves what it names, to the side it names, and nothing else."""

import numpy as np
import pytest
import torch

from lca.geometry.body import PARTS
from lca.geometry.body_file import ASSETS, load_body

JOINTS = {  # place in theta of the joints tested here
    **{"left_hip": 1, "right_hip": 2, "left_knee": 4, "right_knee": 5, "neck": 12, "head": 15},
    **{"left_shoulder": 16, "right_shoulder": 17, "left_elbow": 18, "right_elbow": 19},
    **{f"left_{f}1": 22 + 3 * i for i, f in enumerate(("index", "middle", "pinky", "ring", "thumb"))},
    **{f"right_{f}1": 37 + 3 * i for i, f in enumerate(("index", "middle", "pinky", "ring", "thumb"))},
}
FRONT, UP, LEFT = 2, 1, 0


def posed(joint: str = "head", turn=(0.0, 0.0, 0.0), psi=None, actions=None, betas=None) -> torch.Tensor:
    """Vertices with one joint turned."""
    theta = torch.zeros(52, 3)
    theta[JOINTS[joint]] = torch.tensor(turn)
    betas = torch.zeros(1) if betas is None else betas
    return load_body().posed(betas, theta.flatten(), torch.zeros(3), psi, actions)


def part(name: str) -> torch.Tensor:
    """Mask of the vertices of a part."""
    return load_body().part_labels == PARTS.index(name)


def moved(vertices: torch.Tensor) -> torch.Tensor:
    """Displacement in metres from the rest pose."""
    return vertices - load_body().template


def action(name: str, amount: float = 1.0) -> torch.Tensor:
    """The 52 actions with one of them on."""
    names = load_body().expression_names
    return amount * torch.nn.functional.one_hot(torch.tensor(names.index(name)), len(names)).float()


def test_the_file_is_what_it_says():
    body = load_body()
    assert body.template.shape == (13718, 3) and body.faces.shape == (27420, 3)
    assert body.shape_directions.shape[-1] == 100 and len(body.expression_names) == 52
    assert int(body.faces.max()) == len(body.template) - 1
    torch.testing.assert_close(body.skin_weights.sum(1), torch.ones(len(body.template)))
    assert (ASSETS / "body.npz").stat().st_size < 9.5e6 and (ASSETS / "wardrobe.npz").stat().st_size < 5e6
    assert set(body.part_labels.tolist()) == set(range(len(PARTS)))


def test_rest_pose_is_the_template_and_the_default_is_cached():
    body = load_body()
    torch.testing.assert_close(posed(), body.template, atol=1e-6, rtol=0)
    assert load_body() is body


def test_stands_on_the_ground_faces_forward_left_is_left():
    body = load_body()
    height = body.template[:, UP]
    assert height.min() == pytest.approx(-1.0, abs=1e-5) and 1.6 < height.max() - height.min() < 1.8
    at = {name: body.template[vertex] for name, vertex in body.landmarks.items()}
    assert at["nose"][FRONT] > at["head_back"][FRONT] + 0.15
    assert at["left_middle"][LEFT] > 0.75 and at["right_middle"][LEFT] < -0.75
    assert at["left_big_toe"][FRONT] > at["left_heel"][FRONT] + 0.2
    assert at["left_index"][FRONT] > at["left_pinky"][FRONT]
    assert at["left_eye"][LEFT] > 0 > at["right_eye"][LEFT]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("beta", [0, 1, 2, 10, 50])
def test_shapes_stay_people(beta: int, sign: int):
    betas = torch.zeros(100)
    betas[beta] = 3.0 * sign
    vertices, joints = load_body().rest(betas)
    assert 1.3 < vertices[:, UP].max() - vertices[:, UP].min() < 2.1
    torch.testing.assert_close(joints[0], load_body().joint_template[0], atol=1e-5, rtol=0)
    assert (joints[16, LEFT] > joints[17, LEFT]) and (joints[15, UP] > joints[12, UP])


def test_random_people_have_human_heights():
    vertices, _ = load_body().rest(torch.randn(200, 100))
    heights = vertices[..., UP].amax(1) - vertices[..., UP].amin(1)
    assert 1.62 < heights.median() < 1.76 and 0.05 < heights.std() < 0.13


def test_fewer_coefficients_are_zeros():
    body = load_body()
    betas, actions = torch.randn(10), torch.rand(5)
    full = body.rest(torch.cat([betas, torch.zeros(90)]), torch.cat([actions, torch.zeros(47)]))
    torch.testing.assert_close(body.rest(betas, actions), full, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("joint", "turn", "landmark", "axis", "sign"),
    [
        ("left_shoulder", (0, 0, -1.0), "left_middle", UP, -1),
        ("right_shoulder", (0, 0, 1.0), "right_middle", UP, -1),
        ("left_elbow", (0, -1.0, 0), "left_middle", FRONT, 1),
        ("right_elbow", (0, 1.0, 0), "right_middle", FRONT, 1),
        ("left_hip", (-0.8, 0, 0), "left_big_toe", FRONT, 1),
        ("right_knee", (1.0, 0, 0), "right_heel", FRONT, -1),
        ("neck", (0, 0.6, 0), "nose", LEFT, 1),
        ("head", (0.4, 0, 0), "nose", UP, -1),
    ],
)
def test_bones_move_what_they_name(joint: str, turn: tuple, landmark: str, axis: int, sign: int):
    body, displacement = load_body(), moved(posed(joint, turn))
    assert sign * displacement[body.landmarks[landmark], axis] > 0.02
    mirrored = landmark.replace("left", "?").replace("right", "left").replace("?", "right")
    if mirrored != landmark:
        assert displacement[body.landmarks[mirrored]].norm() < 1e-5
    if "shoulder" in joint or "elbow" in joint:
        assert displacement[part("face") | part("calf") | part("foot")].norm(dim=-1).max() < 1e-5


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("finger", ["index", "middle", "ring", "pinky"])
def test_fingers_curl_alone_and_towards_the_palm(side: str, finger: str):
    body = load_body()
    displacement = moved(posed(f"{side}_{finger}1", (0, 0, -1.0 if side == "left" else 1.0)))
    assert displacement[body.landmarks[f"{side}_{finger}"], UP] < -0.03
    for other in {"thumb", "index", "middle", "ring", "pinky"} - {finger}:
        assert displacement[body.landmarks[f"{side}_{other}"]].norm() < 1e-5
    assert displacement[~part("hand")].norm(dim=-1).max() < 1e-3


@pytest.mark.parametrize(("index", "side"), [(0, "left"), (2, "right")])
def test_eyes_turn_alone(index: int, side: str):
    body, psi = load_body(), torch.zeros(4)
    psi[index : index + 2] = torch.tensor([0.4, 0.3])
    displacement = moved(posed(psi=psi))
    pupil = displacement[body.landmarks[f"{side}_eye"]]
    assert pupil[LEFT] > 0.003 and pupil[UP] > 0.002
    sign = 1 if side == "left" else -1
    others = ~(part("eye") & (sign * body.template[:, LEFT] > 0))
    assert (displacement[others].norm(dim=-1) > 1e-4).float().mean() < 0.02  # lids follow a little


@pytest.mark.parametrize("name", load_body().expression_names)
def test_actions_move_the_face_only(name: str):
    displacement = moved(posed(actions=action(name))).norm(dim=-1)
    below = part("torso") | part("hand") | part("foot") | part("hips") | part("upper_arm")
    assert displacement.max() > 5e-4
    assert displacement[below].max() < 3e-4


@pytest.mark.parametrize(
    ("name", "landmark", "axis", "least"),
    [("jawOpen", "chin", UP, -0.01), ("jawForward", "chin", FRONT, 0.003), ("jawLeft", "chin", LEFT, 0.003)],
)
def test_jaw_actions(name: str, landmark: str, axis: int, least: float):
    shift = float(moved(posed(actions=action(name)))[load_body().landmarks[landmark], axis])
    assert shift < least if least < 0 else shift > least


@pytest.mark.parametrize("name", ["eyeBlink", "mouthSmile", "browDown", "cheekSquint", "noseSneer"])
def test_sided_actions_stay_on_their_side(name: str):
    template = load_body().template
    for side, sign in (("Left", 1), ("Right", -1)):
        amount = moved(posed(actions=action(name + side))).norm(dim=-1)
        here, there = amount[sign * template[:, LEFT] > 0.01], amount[sign * template[:, LEFT] < -0.01]
        assert here.pow(2).sum() > 10 * there.pow(2).sum()


def test_a_smile_lifts_the_corner_and_a_blink_closes_the_lid():
    template = load_body().template
    smile = moved(posed(actions=action("mouthSmileLeft")))
    strongest = smile.norm(dim=-1).argmax()
    assert smile[strongest, UP] > 0.004 and template[strongest, LEFT] > 0.01
    blink = moved(posed(actions=action("eyeBlinkLeft")))
    lid = blink[:, UP].argmin()
    assert blink[lid, UP] < -0.006 and template[lid, LEFT] > 0.01


def test_wardrobe_morphs_and_skins_like_the_body():
    body, shapes = load_body(), torch.randn(100)
    skin, _ = body.rest(shapes)
    with np.load(ASSETS / "wardrobe.npz", allow_pickle=False) as file:
        assert {"tights", "skirt", "hair", "teeth", "lashes"} <= set(file["names"].tolist())
        for name in file["names"].tolist():
            weights, indices = file[f"{name}_skin_weights"], file[f"{name}_skin_indices"]
            np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-6)
            assert indices.max() < 55 and file[f"{name}_faces"].max() == len(weights) - 1
        assert "teeth_expression_directions" in file.files and "lashes_expression_directions" in file.files
        directions = torch.from_numpy(file["tights_shape_directions"].astype(np.float32))
        tights = torch.from_numpy(file["tights_template"])
    outer = ~part("eye") & ~part("mouth")
    for cloth, surface in ((tights, body.template), (tights + directions @ shapes, skin)):
        assert torch.cdist(cloth, surface[outer]).amin(1).median() < 0.015
