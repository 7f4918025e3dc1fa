"""The expressions that the panel offers: played as on a stage, so that one is told from another at arm's length.

`lca.motion.expressions` has faces as people make them; a small avatar shows little of such. These go to the ends of the actions.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from lca.model.driver import ACTIONS
from lca.motion.expressions import actions_of
from lca.panel.blend import numbers
from lca.panel.state import Numbers

PRESETS: dict[str, Mapping[str, float]] = {
    "smile": {"mouthSmile": 1.0, "cheekSquint": 0.7, "eyeSquint": 0.3, "mouthDimple": 0.5},
    "laugh": {"mouthSmile": 1.0, "jawOpen": 0.6, "cheekSquint": 1.0, "eyeSquint": 0.8, "mouthUpperUp": 0.6},
    "sad": {"mouthFrown": 1.0, "browInnerUp": 1.0, "mouthShrugLower": 0.8, "mouthPress": 0.4, "eyeBlink": 0.3},
    "angry": {"browDown": 1.0, "noseSneer": 0.6, "mouthPress": 1.0, "eyeSquint": 0.7, "mouthFrown": 0.5},
    "surprise": {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "jawOpen": 0.7, "mouthFunnel": 0.5},
    "disgust": {"noseSneer": 1.0, "mouthUpperUp": 1.0, "browDown": 0.5, "mouthFrown": 0.6, "eyeBlink": 0.35},
    "fear": {"eyeWide": 1.0, "browInnerUp": 1.0, "mouthStretch": 1.0, "mouthLowerDown": 0.7, "jawOpen": 0.2},
    "doubt": {"browOuterUpLeft": 1.0, "browDownRight": 1.0, "mouthLeft": 1.0, "mouthPress": 0.4, "eyeBlinkRight": 0.35},
    "kiss": {"mouthPucker": 1.0, "mouthFunnel": 0.5, "eyeBlink": 0.6, "browInnerUp": 0.4},
    "brows": {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "mouthShrugUpper": 0.8, "mouthPress": 0.6},
    "blink": {"eyeBlink": 1.0},
    "wink": {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 1.0, "mouthSmileLeft": 0.9, "browDownLeft": 0.4},
    "open": {"jawOpen": 1.0},
    "cheeks": {"cheekPuff": 1.0, "mouthPucker": 0.7, "browOuterUp": 0.8, "eyeSquint": 0.6},
}
"""Weights of facial actions; a name without a side means both sides."""
NEUTRAL = "neutral"
"""The name of a face without any action."""
SAME = 2e-3
"""Share of an action that no eye tells apart."""


def emotions() -> list[str]:
    """Names for `emotion`, the face at rest first."""
    return [NEUTRAL, *PRESETS]


def emotion(name: str, strength: float) -> Numbers:
    """The 52 actions of a named expression at `strength` (0 to 1)."""
    return numbers(strength * _full(name) if name != NEUTRAL else np.zeros(ACTIONS))


def worn(actions: Numbers) -> tuple[str | None, float]:
    """Which expression a face has on, and how strongly (0 to 1); (None, 0) if it is one of its own."""
    present = np.array(actions)
    if np.abs(present).max() < SAME:
        return NEUTRAL, 0.0
    for name in PRESETS:
        full = _full(name)
        strength = float(present.max() / full.max())
        if 0 < strength <= 1 + SAME and np.abs(present - strength * full).max() < SAME:
            return name, min(1.0, strength)
    return None, 0.0


@lru_cache(maxsize=len(PRESETS))
def _full(name: str) -> np.ndarray:
    return actions_of(1, PRESETS[name])[0].astype(float)
