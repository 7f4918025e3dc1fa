"""Smooth curves over time, from which motion is made; random ones are functions of time, not of the frame rate."""

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Curve = Float[ndarray, " frames"]
"""One number per frame; as `times`, seconds."""


def eased(progress: ndarray) -> ndarray:
    """From 0 (at 0 and before) to 1 (at 1 and after) as hands reach: speed and acceleration start and end at 0.

    The minimum-jerk course of Flash and Hogan (1985); its highest speed is 1.875 times the mean.
    """
    x = np.clip(progress, 0, 1)
    return x * x * x * (10 - 15 * x + 6 * x * x)


def pulse(phase: Curve, start: float, end: float, rise: float = 0.35) -> Curve:
    """Smooth bump: 0 outside [start, end], 1 in the middle, each flank `rise` of the length."""
    position = np.clip((phase - start) / (end - start), 0, 1)
    edge = np.clip(np.minimum(position, 1 - position) / rise, 0, 1)
    return edge * edge * (3 - 2 * edge)


def schedule(
    rng: np.random.Generator, seconds: float, hold: tuple[float, float], move: tuple[float, float]
) -> Float[ndarray, "moves 2"]:
    """(start, end) of moves one after another until `seconds`, each after a rest; ranges of rests and moves in seconds.

    There is always at least one move.
    """
    moves, now = [], 0.0
    while not moves or now < seconds:
        start = now + rng.uniform(*hold)
        now = start + rng.uniform(*move)
        moves.append((start, now))
    return np.array(moves)


def keyed(times: Curve, moves: Float[ndarray, "moves 2"], values: Float[ndarray, "keys *kind"]) -> ndarray:
    """From value to value, one more of them than moves: (frames, *kind). Moves that overlap flow into each other."""
    result = np.repeat(np.asarray(values[:1], float), len(times), 0)
    for (start, end), before, after in zip(moves, values[:-1], values[1:], strict=True):
        share = eased((times - start) / (end - start))
        result += share.reshape(-1, *[1] * (values.ndim - 1)) * (after - before)
    return result


def drifts(
    rng: np.random.Generator, times: Curve, shape: tuple[int, ...], period: float
) -> Float[ndarray, "frames *shape"]:
    """Smooth noise about 0 with standard deviation 1: each number is three sines with periods of about `period` seconds."""
    total = np.zeros((len(times), *shape))
    for stretch in (0.6, 1.0, 1.7):
        length, offset = period * stretch * rng.uniform(0.85, 1.15, shape), rng.random(shape)
        total += np.sin(2 * math.pi * (times.reshape(-1, *[1] * len(shape)) / length + offset))
    return math.sqrt(2 / 3) * total


def wander(rng: np.random.Generator, times: Curve, spread: float, period: float) -> Curve:
    """One such number with standard deviation `spread`."""
    return spread * drifts(rng, times, (), period)


def settled(values: Curve, times: Curve, seconds: float) -> Curve:
    """Values that follow with a delay of about `seconds`: a first-order low pass in both directions."""
    if len(times) < 2:
        return values
    share = 1 - math.exp(-(times[1] - times[0]) / seconds)
    out = np.asarray(values, float).copy()
    for order in (range(1, len(out)), range(len(out) - 2, -1, -1)):
        for index in order:
            before = out[index - 1] if order.step > 0 else out[index + 1]
            out[index] = before + share * (out[index] - before)
    return out
