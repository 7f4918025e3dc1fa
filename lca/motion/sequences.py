"""The motion library: people who walk, turn, reach, squat, sit, dance, sign, talk, feel and look about.

`sequence` plays one act, or several that flow into each other, at any frame rate.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.geometry.motion import Motion
from lca.motion.acts import Maker, dance, feelings, look, reach, sign, sit, squat, talk, turn, walk
from lca.motion.contact import hand_depth, planted
from lca.motion.curves import Curve, eased, wander
from lca.motion.gait import cycles, stepped, turning_effort
from lca.motion.posture import mixed, plus, theta_of_posture

SEQUENCES: dict[str, Maker] = {
    "walk": walk,
    "turn": turn,
    "reach": reach,
    "squat": squat,
    "sit": sit,
    "dance": dance,
    "sign": sign,
    "talk": talk,
    "feelings": feelings,
    "look": look,
}
"""The library."""


DENSE = 60.0
"""Frames per second, at least, at which feet are followed."""
CROSSING = 1.0
"""Seconds in which one act becomes the next."""
TRIES = 4
CLEAR = 0.02
"""Metres: a hand that is less deep inside the body is let pass."""


def sequence(
    names: str | Sequence[str],
    seed: int | np.random.Generator,
    seconds: float,
    fps: float,
    betas: Float[Tensor, " shape"] | None = None,
    heading: float = 0.0,
    turning: float = 0.0,
) -> Motion:
    """One act of the library, or several one after another, of a person of shape `betas` (default: the mean).

    The person faces `heading` at the start (radians, 0 is +z, pi/2 is +x) and turns by `turning` in all, to the left if positive,
    wherever it stands upright. The feet hold the floor, the path is centred on the origin. Of a few drawings the one with the
    hands least inside the body is taken.

    Raises:
        UserError: an unknown name, no name, or no frame at all.
    """
    acts = (names,) if isinstance(names, str) else tuple(names)
    for name in acts or ("",):
        if name not in SEQUENCES:
            raise UserError(f"expected motions among {', '.join(SEQUENCES)}, got {name!r}: choose one or more of them")
    return played([SEQUENCES[name] for name in acts], seed, seconds, fps, betas, heading, turning)


def played(
    acts: Sequence[Maker],
    seed: int | np.random.Generator,
    seconds: float,
    fps: float,
    betas: Float[Tensor, " shape"] | None = None,
    heading: float = 0.0,
    turning: float = 0.0,
) -> Motion:
    """The same with any acts. Raises: UserError: no frame at all."""
    frames = round(seconds * fps)
    if frames < 1:
        raise UserError(f"expected at least one frame, got {seconds} s at {fps} fps: ask for more seconds or frames")
    fine = math.ceil(DENSE / fps)
    times = np.arange((frames - 1) * fine + 1) / (fps * fine)
    shape, drawings = torch.zeros(1) if betas is None else betas, []
    for rng in np.random.default_rng(seed).spawn(TRIES):
        drawing = composed(rng, acts, times, seconds, heading, turning)
        drawings.append((float(hand_depth(drawing[0][:: max(1, round(fps * fine / 15))], shape).max()), drawing))
        if drawings[-1][0] < CLEAR:
            break
    theta, actions, psi = min(drawings, key=lambda item: item[0])[1]
    place = planted(theta, shape)
    every = slice(None, None, fine)
    return Motion(theta[every], place[every], torch.from_numpy(actions[every]), torch.from_numpy(psi[every]), fps)


def composed(
    rng: np.random.Generator, acts: Sequence[Maker], times: Curve, seconds: float, heading: float, turning: float
) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """theta, actions, psi of acts that cross over into each other, with the turn and the steps that it takes."""
    length = seconds / len(acts)
    starts = [
        eased((times - k * length + CROSSING / 2) / CROSSING) if k else np.ones(len(times)) for k in range(len(acts))
    ]
    shares = [start - after for start, after in zip(starts, [*starts[1:], 0 * times], strict=True)]
    made = [act(rng, times, seconds) for act in acts]
    posture = mixed(zip(shares, [act.posture for act in made], strict=True))

    def blended(name: str) -> np.ndarray:
        return np.sum([(share * getattr(act, name).T).T for share, act in zip(shares, made, strict=True)], 0)

    upright, walks = blended("upright"), blended("walks")
    yaw = heading + turning * progress(rng, times, seconds, upright)
    effort = (1 - np.clip(walks, 0, 1)) * turning_effort(yaw, times)
    posture = plus(stepped(posture, cycles(rng, times, rng.uniform(0.75, 0.95)), effort), {"yaw": yaw})
    actions, psi = blended("actions"), blended("psi")
    return torch.from_numpy(theta_of_posture(posture)), actions.astype(np.float32), psi.astype(np.float32)


def progress(rng: np.random.Generator, times: Curve, seconds: float, upright: Curve) -> Curve:
    """How much of a turn is done, 0 to 1: it goes on where the person is upright, slower and faster, gently at both ends."""
    flank = min(1.0, seconds / 4)
    ends = eased(times / flank) * eased((seconds - times) / flank)
    rate = (0.02 + np.clip(upright, 0, 1)) * (0.05 + ends) * np.clip(1 + wander(rng, times, 0.25, 3.0), 0.3, 2)
    done = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)])
    return done / max(done[-1], 1e-9)
