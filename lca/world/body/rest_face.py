"""The face at rest: a slight smile, soft brows and lids. A face of zeros in all actions looks stern."""

import numpy as np
from jaxtyping import Float

from lca.geometry.body_file import load_body

REST = {
    "mouthSmileLeft": (0.18, 0.42),
    "mouthSmileRight": (0.18, 0.42),
    "mouthDimpleLeft": (0.0, 0.15),
    "mouthDimpleRight": (0.0, 0.15),
    "browInnerUp": (0.05, 0.30),
    "browOuterUpLeft": (0.0, 0.20),
    "browOuterUpRight": (0.0, 0.20),
    "cheekSquintLeft": (0.0, 0.15),
    "cheekSquintRight": (0.0, 0.15),
    "eyeSquintLeft": (0.0, 0.16),
    "eyeSquintRight": (0.0, 0.16),
    "mouthPressLeft": (0.0, 0.08),
    "mouthPressRight": (0.0, 0.08),
}
"""Range of each action at rest; both sides of a face differ by at most an eighth of it."""


def rest_face(rng: np.random.Generator) -> Float[np.ndarray, "52"]:
    """One person's resting face."""
    names = load_body().expression_names
    kept: dict[str, float] = {}
    face = np.zeros(len(names), np.float32)
    for name, (low, high) in REST.items():
        stem = name.removesuffix("Left").removesuffix("Right")
        kept.setdefault(stem, rng.uniform(0, 1))
        face[names.index(name)] = low + (high - low) * np.clip(kept[stem] + rng.uniform(-0.06, 0.06), 0, 1)
    return face


def resting(face: Float[np.ndarray, "52"], actions: Float[np.ndarray, "*frames 52"]) -> Float[np.ndarray, "*frames 52"]:
    """`actions` over the resting `face`, which fades where mouth or brows act (strongest of each region)."""
    names = np.array(load_body().expression_names)
    out = np.array(actions, np.float32)
    for stems in (("mouth", "jaw", "cheek"), ("brow", "nose"), ("eyeSquint", "eyeWide", "eyeBlink")):
        region = np.flatnonzero([name.startswith(stems) for name in names])
        calm = np.clip(1 - out[..., region].max(-1, keepdims=True) / 0.4, 0, 1)
        out[..., region] = np.clip(out[..., region] + calm * face[region], 0, 1)
    return out
