"""The `smplx` package as an independent judge of our skinning, and what a user's damaged file gets to hear."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.smplx_file import smplx_arrays

smplx = pytest.importorskip("smplx")


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """The shipped body in SMPL-X's schema."""
    return smplx_arrays(load_body())


@pytest.fixture(scope="module")
def path(arrays, tmp_path_factory) -> Path:
    """The same as a file."""
    path = tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture(scope="module")
def judge(path) -> torch.nn.Module:
    """The `smplx` package's own model of the file."""
    return smplx.SMPLX(
        str(path), num_betas=100, num_expression_coeffs=52, use_pca=False, flat_hand_mean=True, ext="npz"
    )


def random_people(count: int) -> dict[str, torch.Tensor]:
    """Shapes, strong poses, actions; eyes ahead (their gaze is tested with the body)."""
    return {
        "betas": torch.randn(count, 100),
        "theta": 0.5 * torch.randn(count, 156),
        "translation": torch.randn(count, 3),
        "actions": torch.rand(count, 52),
    }


def judged(judge: torch.nn.Module, people: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Vertices and the 55 joints by the `smplx` package."""
    theta, none = people["theta"], torch.zeros(len(people["theta"]), 3)
    with torch.no_grad():
        output = judge(
            betas=people["betas"],
            expression=people["actions"],
            transl=people["translation"],
            global_orient=theta[:, :3],
            body_pose=theta[:, 3:66],
            left_hand_pose=theta[:, 66:111],
            right_hand_pose=theta[:, 111:],
            jaw_pose=none,
            leye_pose=none,
            reye_pose=none,
        )
    return output.vertices, output.joints


def test_skinning_agrees_within_a_tenth_of_a_millimetre(judge):
    body, people = load_body(), random_people(6)
    theirs, _ = judged(judge, people)
    ours = body.posed(**people)
    assert (ours - theirs[:, : len(body.template)]).norm(dim=-1).max() < 1e-4


def test_hard_wired_vertex_ids_find_the_landmarks(judge):
    body = load_body()
    _, joints = judged(judge, {name: value * 0 for name, value in random_people(1).items()})
    names = ("nose", "right_eye", "left_eye", "right_ear", "left_ear", "left_big_toe", "left_small_toe", "left_heel")
    for index, name in enumerate(names, start=55):
        torch.testing.assert_close(joints[0, index], body.template[body.landmarks[name]])


def test_a_file_loads_into_the_same_body(path):
    ours, theirs = load_body(), load_body(path)
    people = random_people(2)
    torch.testing.assert_close(theirs.posed(**people), ours.posed(**people), atol=1e-5, rtol=0)
    assert theirs.pose_directions is None and len(theirs.template) == len(ours.template)
    shared = theirs.landmarks.keys()
    assert {name: ours.landmarks[name] for name in shared} == theirs.landmarks


def test_pose_directions_and_expressive_joints_agree(arrays, tmp_path):
    """What only a real SMPL-X has: corrections by pose, and a regressor on skin that expressions move."""
    count = len(arrays["v_template"])
    generator = np.random.default_rng(0)
    chosen = np.zeros((55, count), np.float32)
    chosen[np.arange(55)[:, None], generator.integers(0, count - 55, (55, 8))] = 1 / 8
    file = tmp_path / "real.npz"
    bends = 1e-3 * generator.standard_normal((count, 3, 486)).astype(np.float32)
    np.savez(file, **arrays | {"posedirs": bends, "J_regressor": chosen / chosen.sum(1, keepdims=True)})
    body, people = load_body(file), random_people(3)
    model = smplx.SMPLX(
        str(file), num_betas=100, num_expression_coeffs=52, use_pca=False, flat_hand_mean=True, ext="npz"
    )
    theirs, _ = judged(model, people)
    assert body.pose_directions is not None
    assert (body.posed(**people) - theirs[:, : len(body.template)]).norm(dim=-1).max() < 1e-4


def test_first_release_with_ten_components(arrays, tmp_path):
    file = tmp_path / "old.npz"
    columns = [*range(10), *range(300, 310)]
    np.savez(file, **arrays | {"shapedirs": arrays["shapedirs"][..., columns]})
    old, new = load_body(file), load_body()
    betas, actions = torch.randn(10), torch.rand(10)
    torch.testing.assert_close(old.rest(betas, actions), new.rest(betas, actions), atol=1e-5, rtol=0)


def rejected(path: Path) -> str:
    """The one line a user reads."""
    with pytest.raises(UserError) as caught:
        load_body(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_file(tmp_path):
    assert "no such file" in rejected(tmp_path / "nothing.npz")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_half_a_file(path, tmp_path, share: float):
    half = tmp_path / "half.npz"
    content = path.read_bytes()
    half.write_bytes(content[: int(share * len(content))])
    assert "expected a whole SMPL-X .npz" in rejected(half)


def test_damaged_in_the_middle(path, tmp_path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(content)
    assert "expected a whole SMPL-X .npz" in rejected(damaged)


def test_not_an_npz(tmp_path):
    text, array = tmp_path / "body.pkl", tmp_path / "array.npy"
    text.write_bytes(b"\x80\x02}q\x00.")
    np.save(array, np.zeros(3))
    assert "export the .npz again" in rejected(text)
    assert "expected a whole SMPL-X .npz" in rejected(array)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("v_template", None, "without v_template: SMPL and SMPL-H"),
        ("weights", lambda x: x[:, :24], r"expected weights \(\d+, 55\)"),
        ("posedirs", lambda x: x[:, :, :207], r"expected posedirs \(\d+, 3, 486\)"),
        ("shapedirs", lambda x: x[..., :10], "20 columns or more"),
        ("f", lambda x: x + 10**6, "expected faces below"),
        ("J_regressor", lambda x: np.array({"pickled": x.shape}, dtype=object), "expected a whole SMPL-X"),
    ],
)
def test_wrong_arrays(arrays, tmp_path, name: str, value, message: str):
    file = tmp_path / "wrong.npz"
    changed = {k: v for k, v in arrays.items() if k != name}
    if value is not None:
        changed[name] = value(arrays[name])
    np.savez(file, **changed)
    with pytest.raises(UserError, match=message):
        load_body(file)


def test_a_real_smplx_is_not_rewritten():
    body = load_body()
    with pytest.raises(UserError, match="expected the default body"):
        smplx_arrays(replace(body, pose_directions=torch.zeros(len(body.template), 3, 486)))
