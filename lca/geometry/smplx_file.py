"""SMPL-X .npz files: a user's licensed file into a `Body`, and a `Body` into the same schema.

The only file that imports the `smplx` package, and only when a user brings a file: package and model files are for
non-commercial use, the default body needs neither. Files are read without pickles: the arrays that matter are copied to a clean
temporary file first, because `smplx` itself unpickles whatever a file contains.
"""

import tempfile
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from lca.errors import UserError
from lca.geometry.body import PARTS, Body
from lca.geometry.npz_file import read_npz

SHAPE_COLUMNS, EXPRESSION_COLUMNS, SHAPES_KEPT = 300, 100, 100
LARGEST = 2**30
"""Bytes of its arrays, four times those of the released files."""
ARRAYS = {  # name -> axes; None is any length
    **{"v_template": (None, 3), "f": (None, 3), "shapedirs": (None, 3, None), "posedirs": (None, 3, 486)},
    **{"J_regressor": (55, None), "kintree_table": (2, 55), "weights": (None, 55)},
    **{"hands_componentsl": (None, 45), "hands_componentsr": (None, 45), "hands_meanl": (45,), "hands_meanr": (45,)},
    **{"lmk_faces_idx": (None,), "lmk_bary_coords": (None, 3)},
}
PART_OF_JOINT = (
    *("hips", "thigh", "thigh", "torso", "calf", "calf", "torso", "foot", "foot", "torso", "foot", "foot", "neck"),
    *("torso", "torso", "head", "upper_arm", "upper_arm", "forearm", "forearm", "hand", "hand", "face", "eye", "eye"),
    *("hand",) * 30,
)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of ARRAYS, checked; a file of the first release (10 + 10 components) is widened to today's columns."""
    if not path.is_file():
        raise UserError(
            f"expected an SMPL-X .npz file, got {path} (no such file): give the .npz from smpl-x.is.tue.mpg.de"
        )
    arrays = read_npz(path, ARRAYS, LARGEST, "a whole SMPL-X .npz")
    missing = [name for name in ARRAYS if name not in arrays]
    if missing:
        raise UserError(
            f"expected an SMPL-X file, got {path} without {', '.join(missing)}: SMPL and SMPL-H are not SMPL-X"
        )
    check_shapes(path, arrays)
    if arrays["shapedirs"].shape[-1] < SHAPE_COLUMNS + EXPRESSION_COLUMNS:
        arrays["shapedirs"] = widened(arrays["shapedirs"][..., :10], arrays["shapedirs"][..., 10:20])
    return arrays


def check_shapes(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Raise UserError unless the arrays fit together."""
    vertices = len(arrays["v_template"])
    same = {"shapedirs": (vertices, 3, None), "posedirs": (vertices, 3, 486)}
    same |= {"weights": (vertices, 55), "J_regressor": (55, vertices)}
    for name, axes in (ARRAYS | same).items():
        shape = arrays[name].shape
        if len(shape) != len(axes) or any(want not in (None, got) for want, got in zip(axes, shape, strict=True)):
            wanted = str(axes).replace("None", "any")
            raise UserError(f"expected {name} {wanted} in {path}, got {shape}: take an unmodified SMPL-X .npz")
    if arrays["shapedirs"].shape[-1] < 20:
        raise UserError(
            f"expected shapedirs of 20 columns or more in {path}, got {arrays['shapedirs'].shape[-1]}: take SMPL-X"
        )
    if arrays["f"].min() < 0 or arrays["f"].max() >= vertices:
        raise UserError(f"expected faces below {vertices} in {path}, got {arrays['f'].max()}: download the file again")


def widened(shape: np.ndarray, expression: np.ndarray) -> np.ndarray:
    """Directions (V, 3, n) and (V, 3, m) -> (V, 3, 400): shape from column 0, expression from column 300, zeros between."""
    directions = np.zeros((len(shape), 3, SHAPE_COLUMNS + EXPRESSION_COLUMNS), shape.dtype)
    directions[..., : shape.shape[-1]] = shape
    directions[..., SHAPE_COLUMNS : SHAPE_COLUMNS + expression.shape[-1]] = expression
    return directions


def read_smplx(path: Path) -> Body:
    """Load a user's SMPL-X file through the `smplx` package; vertices that no face uses are dropped.

    Raises:
        UserError: no such file, cut short, not an .npz, pickled, or other arrays than SMPL-X's.
    """
    import smplx
    from smplx.vertex_ids import vertex_ids

    arrays = read_arrays(path)
    used = np.abs(arrays["shapedirs"]).max((0, 1)) > 0
    shapes = max(int(np.flatnonzero(used[:SHAPES_KEPT]).max(initial=0)) + 1, 10)
    actions = max(int(np.flatnonzero(used[SHAPE_COLUMNS:]).max(initial=0)) + 1, 10)
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "SMPLX_NEUTRAL.npz"
        np.savez(clean, allow_pickle=False, **arrays)
        model = smplx.SMPLX(
            str(clean), ext="npz", num_betas=shapes, num_expression_coeffs=actions, use_pca=False, flat_hand_mean=True
        )
    return body_of(dict(model.named_buffers()), arrays["f"].astype(np.int64), vertex_ids["smplx"])


def body_of(model: dict[str, Tensor], faces: np.ndarray, vertex_ids: dict[str, int]) -> Body:
    """The fields of a `Body`, in single precision, from the buffers of a `smplx.SMPLX`."""
    count = int(faces.max()) + 1
    template, expressions, regressor = model["v_template"], model["expr_dirs"], model["J_regressor"]
    weights, indices = model["lbs_weights"][:count].sort(dim=1, descending=True, stable=True)
    influences = int((weights > 0).sum(1).max())
    weights = weights[:, :influences]
    labels = torch.tensor([PARTS.index(part) for part in PART_OF_JOINT])[indices[:, 0]]
    expressive = expressions[:count].norm(dim=1).amax(1) > 1e-3
    labels[(labels == PARTS.index("head")) & expressive] = PARTS.index("face")
    bends = rearrange(model["posedirs"], "features (points xyz) -> points xyz features", xyz=3)[:count]
    return Body(
        template=template[:count],
        faces=torch.from_numpy(faces),
        shape_directions=model["shapedirs"][:count],
        expression_directions=expressions[:count],
        joint_template=regressor @ template,
        joint_shape_directions=regressed(regressor, model["shapedirs"]),
        parents=tuple(model["parents"].tolist()),
        skin_indices=indices[:, :influences],
        skin_weights=weights / weights.sum(1, keepdim=True),
        pose_directions=bends.contiguous() if bool(bends.any()) else None,
        expression_names=tuple(f"expression_{i:02d}" for i in range(expressions.shape[-1])),
        part_labels=labels,
        landmarks=landmarks(vertex_ids),
        joint_expression_directions=regressed(regressor, expressions),
    )


def regressed(regressor: Tensor, directions: Tensor) -> Tensor:
    """Joint directions (55, 3, n) from vertex directions (V, 3, n)."""
    return torch.einsum("jv,vxn->jxn", regressor, directions)


def landmarks(vertex_ids: dict[str, int]) -> dict[str, int]:
    """Our names for the vertices that the `smplx` package names reye, lindex, LBigToe ..."""
    places = {"eye": "eye", "ear": "ear", "BigToe": "big_toe", "SmallToe": "small_toe", "Heel": "heel"}
    places |= {finger: finger for finger in ("thumb", "index", "middle", "ring", "pinky")}
    named = {"nose": vertex_ids["nose"]}
    for place, ours in places.items():
        for letter, side in (("l", "left"), ("r", "right")):
            letter = letter.upper() if place[0].isupper() else letter
            named[f"{side}_{ours}"] = vertex_ids[letter + place]
    return named


def smplx_arrays(body: Body) -> dict[str, np.ndarray]:
    """A body of ours in SMPL-X's schema, for `np.savez`: any program that reads SMPL-X can then pose it.

    Each joint becomes a vertex that no face uses, with its own shape directions, and a row of J_regressor picks it: exact
    for every shape, where a regressor fitted to the skin would err by millimetres.
    """
    if body.pose_directions is not None:
        raise UserError(
            "expected the default body, got one with pose directions: hand on the original SMPL-X file instead"
        )
    joints, points = len(body.parents), len(body.template)
    ghosts = torch.zeros(joints, 3, body.expression_directions.shape[-1])
    shape = torch.cat([body.shape_directions, body.joint_shape_directions]).numpy()
    expression = torch.cat([body.expression_directions, ghosts]).numpy()
    weights = np.zeros((points + joints, joints), np.float32)
    np.put_along_axis(weights[:points], body.skin_indices.numpy(), body.skin_weights.numpy(), 1)
    weights[np.arange(points, points + joints), np.arange(joints)] = 1
    parents = np.array(body.parents)
    return {
        "v_template": torch.cat([body.template, body.joint_template]).numpy(),
        "f": body.faces.numpy().astype(np.uint32),
        "shapedirs": widened(shape, expression),
        "posedirs": np.zeros((points + joints, 3, 486), np.float32),
        "J_regressor": np.eye(joints, points + joints, points, dtype=np.float32),
        "kintree_table": np.stack([np.where(parents < 0, 2**32 - 1, parents), np.arange(joints)]),
        "weights": weights,
        **{f"hands_components{side}": np.eye(45) for side in "lr"},
        **{f"hands_mean{side}": np.zeros(45) for side in "lr"},
        "lmk_faces_idx": np.zeros(51, np.int64),
        "lmk_bary_coords": np.tile([1.0, 0.0, 0.0], (51, 1)),
    }
