"""Choices by odds that stay put when the list of options grows."""

from collections.abc import Mapping

from lca.world.body.streams import stream


def chosen(seed: int, name: str, odds: Mapping[str, float]) -> str:
    """One of the options of the choice `name` of person `seed`, drawn with probabilities proportional to `odds`.

    A race of exponential clocks, one per option (the smallest time / odds wins): a new option takes its share from everybody
    evenly, and whoever does not get it keeps what they had.
    """
    times = {
        option: stream(seed, f"{name}: {option}").exponential() / share for option, share in odds.items() if share > 0
    }
    return min(times, key=times.__getitem__)


def weighted(odds: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """`odds` with some of them multiplied: how one choice leans on another."""
    return {option: share * factors.get(option, 1.0) for option, share in odds.items()}
