"""How long calls take."""

import statistics
import time
from collections.abc import Callable, Mapping


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Median duration of `call` on the wall, after one call that does not count."""
    return in_turns({"": call}, repeats)[""]


def in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median duration of each call, one after the other in every round, so that whatever else the machine does meets all alike;
    the first round does not count."""
    durations: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            durations[name].append(time.perf_counter() - started)
    return {name: statistics.median(values[1:]) for name, values in durations.items()}
