"""Named motions for an avatar: what `lca animate --motion` plays.

Every motion starts and ends in the same pose, so that it loops.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from lca.errors import UserError
from lca.geometry.motion import Motion
from lca.motion.contact import grounded
from lca.motion.curves import pulse
from lca.motion.expressions import actions_of, blended, following_lids, gaze
from lca.motion.gait import STRIDE_SECONDS, gait
from lca.motion.joints import Turns, arm, gaze_of_head, hand, leg, theta_of, trunk

Phase = Float[ndarray, " frames"]
"""Time within the motion, 0 to 1."""


def breathing(phase: Phase, seconds: float) -> Phase:
    """A slow sway of about four seconds that closes with the loop, -1 to 1."""
    return np.sin(2 * math.pi * max(1, round(seconds / 4)) * phase)


def standing(phase: Phase, seconds: float) -> dict[str, ndarray]:
    """Relaxed standing: arms hang, the chest breathes, fingers are loose."""
    sway = breathing(phase, seconds)
    turns = trunk(0.01 * sway, 0.0, 0.008 * sway) | gaze_of_head(0.02 - 0.015 * sway)
    for side in ("left", "right"):
        turns |= arm(side, 1.24 + 0.015 * sway, 0.02 * sway, -0.1, 0.22 + 0.02 * sway)
        turns |= hand(side, np.array([0.22, 0.26, 0.3, 0.34]), 0.05, 0.15)
        turns |= leg(side, 0.02, 0.04, 0.02, spread=-0.04, outward=0.12)
    return turns


def assembled(turns: Turns, phase: Phase, actions: ndarray, psi: ndarray, root: ndarray | float = 0.0) -> Motion:
    """Turns of joints, facial actions and psi -> a motion with the feet on the floor (fps is set by the caller)."""
    theta = torch.from_numpy(theta_of(len(phase), turns, root=root))
    lids = following_lids(actions, psi)
    return Motion(theta, grounded(theta), torch.from_numpy(lids), torch.from_numpy(psi.astype(np.float32)), fps=0.0)


def blinks(phase: Phase, seconds: float) -> Phase:
    """A blink of 0.3 s about every three seconds."""
    centres = (np.arange(max(1, round(seconds / 3))) + 0.6) / max(1, round(seconds / 3))
    return np.max([pulse(phase, c - 0.15 / seconds, c + 0.15 / seconds) for c in centres], 0)


def still_face(phase: Phase, seconds: float) -> tuple[ndarray, ndarray]:
    """A faint smile that blinks, eyes ahead -> actions, psi."""
    weights = blended({"smile": 0.15 + 0.0 * phase, "blink": blinks(phase, seconds)})
    return actions_of(len(phase), weights), gaze(np.zeros(len(phase)), 0.0)


def turntable(phase: Phase, seconds: float) -> Motion:
    """Standing, one turn to the left about the vertical axis."""
    root = np.stack([0 * phase, 2 * math.pi * phase, 0 * phase], -1)
    return assembled(standing(phase, seconds), phase, *still_face(phase, seconds), root=root)


def walk(phase: Phase, seconds: float) -> Motion:
    """Walking on the spot: a whole number of strides, arms against legs, trunk against pelvis, weight over the standing foot."""
    cycle = phase * max(1, round(seconds / STRIDE_SECONDS))
    swing = np.cos(2 * math.pi * cycle)
    turns = trunk(0.05, -0.14 * swing, 0.0) | gaze_of_head(0.0, 0.05 * swing)
    for side, offset in (("left", 0.0), ("right", 0.5)):
        forward = -0.42 * np.cos(2 * math.pi * (cycle + offset - 0.04))
        turns |= leg(
            side, *[gait(cycle + offset, angle) for angle in ("hip", "knee", "ankle")], spread=-0.07, outward=0.1
        )
        turns |= arm(side, 1.3, forward, -0.15, 0.3 + 0.45 * np.clip(forward, 0, 1))
        turns |= hand(side, np.array([0.3, 0.38, 0.42, 0.48]), 0.03, 0.25)
    over_left = np.sin(2 * math.pi * (cycle - 0.05))
    root = np.stack([0.02 + 0 * cycle, -0.07 * swing, -0.03 * over_left], -1)
    motion = assembled(turns, phase, *still_face(phase, seconds), root=root)
    motion.translation[:, 0] += torch.from_numpy(0.02 * over_left)
    return motion


def hands(phase: Phase, seconds: float) -> Motion:
    """Both hands raised, palms to the front: fingers bend one after another, fists, spread fingers, a wave."""
    up = pulse(phase, 0.0, 1.0, rise=0.12)
    wave = pulse(phase, 0.72, 0.92) * np.sin(2 * math.pi * 2 * np.clip((phase - 0.72) / 0.2, 0, 1))
    turns = standing(phase, seconds)
    ripple = np.stack([pulse(phase, 0.13 + 0.05 * k, 0.27 + 0.05 * k) for k in range(4)], -1)
    fist, fan = pulse(phase, 0.42, 0.58), pulse(phase, 0.56, 0.74)
    loose = np.array([0.22, 0.26, 0.3, 0.34]) * (1 - 0.8 * up[:, None])
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turns |= arm(side, 1.24 - 0.2 * up + 0.08 * sign * wave, 0.3 * up, -0.1 + 0.3 * up, 0.22 + 1.9 * up, -1.2 * up)
        curl = np.clip(loose + 1.4 * np.maximum(ripple, fist[:, None]) - 0.1 * fan[:, None], -0.05, 1.45)
        thumb = 0.15 + 0.8 * np.maximum(pulse(phase, 0.32, 0.42), fist) - 0.35 * fan
        turns |= hand(side, curl, 0.05 + 0.25 * fan, thumb)
    return assembled(turns, phase, *still_face(phase, seconds))


def face(phase: Phase, seconds: float) -> Motion:
    """Smile, blink, open mouth, raised brows, pucker, with a small nod of the head."""
    names = ("smile", "blink", "open", "brows", "pucker")
    strengths = {name: pulse(phase, 0.02 + 0.19 * k, 0.22 + 0.19 * k) for k, name in enumerate(names)}
    actions = actions_of(len(phase), blended(strengths))
    turns = standing(phase, seconds) | gaze_of_head(0.02 + 0.06 * strengths["open"], 0.08 * np.sin(2 * math.pi * phase))
    return assembled(turns, phase, actions, gaze(np.zeros(len(phase)), 0.0))


def gaze_around(phase: Phase, seconds: float) -> Motion:
    """Eyes left, right, up, down; the head follows a little."""
    left, right, up, down = [pulse(phase, 0.03 + 0.24 * k, 0.25 + 0.24 * k, rise=0.2) for k in range(4)]
    yaw, pitch = 0.5 * (left - right), 0.38 * up - 0.45 * down
    turns = standing(phase, seconds) | gaze_of_head(0.02 - 0.12 * pitch, 0.15 * yaw)
    return assembled(turns, phase, still_face(phase, seconds)[0], gaze(yaw, pitch))


MOTIONS: dict[str, Callable[[Phase, float], Motion]] = {
    "turntable": turntable,
    "walk": walk,
    "hands": hands,
    "face": face,
    "gaze": gaze_around,
}


def named_motion(name: str, seconds: float = 4.0, fps: float = 30.0) -> Motion:
    """The motion `name` lasting `seconds` at `fps` frames per second.

    Raises:
        UserError: an unknown name, or no frame at all.
    """
    if name not in MOTIONS:
        raise UserError(f"expected a motion among {', '.join(MOTIONS)}, got {name!r}: choose one of them")
    frames = round(seconds * fps)
    if frames < 1:
        raise UserError(
            f"expected a motion of at least one frame, got {seconds} s at {fps} fps: raise --seconds or --fps"
        )
    motion = MOTIONS[name](np.arange(frames) / frames, seconds)
    return Motion(motion.theta, motion.translation, motion.actions, motion.psi, fps)
