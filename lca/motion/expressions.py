"""Facial actions in words: emotions, visemes, lids that follow the eyes."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.geometry.body_file import load_body

Amount = float | int | ndarray
"""A strength or an angle: a number, or one per frame."""

BOTH = ("Left", "Right")
EXPRESSIONS: dict[str, dict[str, float]] = {
    "smile": {"mouthSmile": 0.9, "cheekSquint": 0.5, "eyeSquint": 0.3, "mouthDimple": 0.3},
    "laugh": {"mouthSmile": 1.0, "jawOpen": 0.4, "cheekSquint": 0.8, "eyeSquint": 0.5, "mouthUpperUp": 0.3},
    "sad": {"mouthFrown": 0.8, "browInnerUp": 0.8, "mouthShrugLower": 0.4, "eyeSquint": 0.2},
    "angry": {"browDown": 0.9, "noseSneer": 0.5, "mouthPress": 0.5, "eyeSquint": 0.4},
    "surprise": {"browInnerUp": 0.8, "browOuterUp": 0.9, "eyeWide": 0.8, "jawOpen": 0.5},
    "disgust": {"noseSneer": 0.9, "mouthUpperUp": 0.6, "browDown": 0.4, "mouthFrown": 0.3},
    "fear": {"eyeWide": 0.8, "browInnerUp": 0.9, "mouthStretch": 0.7, "jawOpen": 0.2},
    "doubt": {"browOuterUpLeft": 0.9, "browDownRight": 0.6, "mouthLeft": 0.5, "mouthPress": 0.3},
    "pucker": {"mouthPucker": 0.9, "mouthFunnel": 0.3},
    "brows": {"browInnerUp": 0.9, "browOuterUp": 0.9},
    "blink": {"eyeBlink": 1.0},
    "wink": {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.5, "mouthSmileLeft": 0.5},
    "open": {"jawOpen": 0.8},
    "cheeks": {"cheekPuff": 0.9, "mouthPress": 0.3},
}
"""Weights of facial actions; a name without a side means both sides."""

VISEMES: tuple[dict[str, float], ...] = (
    {"jawOpen": 0.55},
    {"jawOpen": 0.25, "mouthStretch": 0.5, "mouthSmile": 0.2},
    {"jawOpen": 0.3, "mouthFunnel": 0.7},
    {"mouthPucker": 0.7, "jawOpen": 0.1},
    {"mouthPress": 0.6, "mouthClose": 0.1},
    {"jawOpen": 0.15, "mouthLowerDown": 0.5},
    {"mouthRollLower": 0.6, "mouthUpperUp": 0.3},
)
"""Mouth shapes of speech: a, e, o, u, m, s, f."""


def actions_of(frames: int, weights: Mapping[str, Amount]) -> Float32[ndarray, "frames 52"]:
    """Named weights (numbers or one per frame) -> the 52 actions; a name without Left or Right sets both sides."""
    names = load_body().expression_names
    actions = np.zeros((frames, len(names)), np.float32)
    for name, weight in weights.items():
        for full in (name, *(name + side for side in BOTH)):
            if full in names:
                actions[:, names.index(full)] += np.asarray(weight, np.float32)
    return np.clip(actions, 0.0, 1.0)


def blended(strengths: Mapping[str, Amount]) -> dict[str, Amount]:
    """Strengths of named expressions -> summed weights of actions."""
    total: dict[str, Amount] = {}
    for expression, strength in strengths.items():
        for action, weight in EXPRESSIONS[expression].items():
            total[action] = np.asarray(total.get(action, 0.0)) + weight * np.asarray(strength)
    return total


def gaze(yaw: Amount, pitch: Amount, vergence: Amount = 0.0) -> Float32[ndarray, "frames 4"]:
    """Both eyes turned by `yaw` (to the person's left) and `pitch` (up), each `vergence` inward -> psi."""
    yaw, pitch, vergence = np.broadcast_arrays(
        *[np.atleast_1d(np.asarray(a, np.float32)) for a in (yaw, pitch, vergence)]
    )
    return np.stack([yaw - vergence, pitch, yaw + vergence, pitch], -1)


def following_lids(
    actions: Float32[ndarray, "frames 52"], psi: Float32[ndarray, "frames 4"]
) -> Float32[ndarray, "frames 52"]:
    """Upper lids sink with eyes that look down and rise with eyes that look up."""
    pitch = psi[:, 1]
    lids = {"eyeLookDown": np.clip(-pitch / 0.5, 0, 1), "eyeLookUp": np.clip(pitch / 0.5, 0, 1)}
    return np.clip(actions + actions_of(len(psi), lids), 0.0, 1.0)


def random_expression(rng: np.random.Generator) -> dict[str, Amount]:
    """A rest face, an emotion, speech over an emotion, or a few arbitrary actions."""
    names = load_body().expression_names
    kind = rng.choice(["rest", "emotion", "speech", "arbitrary"], p=[0.15, 0.4, 0.3, 0.15])
    weights: dict[str, Amount] = {}
    if kind in ("emotion", "speech"):
        emotion = str(rng.choice([name for name in EXPRESSIONS if name != "blink"]))
        weights = blended({emotion: rng.uniform(0.3, 1.0) if kind == "emotion" else rng.uniform(0.0, 0.4)})
    if kind == "speech":
        for action, weight in VISEMES[rng.integers(len(VISEMES))].items():
            weights[action] = np.asarray(weights.get(action, 0.0)) + weight * rng.uniform(0.4, 1.2)
    if kind == "arbitrary":
        for name in rng.choice(names, rng.integers(1, 5), replace=False):
            weights[str(name)] = rng.uniform(0.2, 0.9)
    if rng.random() < 0.06:
        weights["eyeBlink"] = rng.uniform(0.4, 1.0)
    return {name: weights[name] for name in sorted(weights)}
