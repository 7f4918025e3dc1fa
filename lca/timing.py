"""How long a call takes."""

import statistics
import time
from collections.abc import Callable


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Median duration of `call` on the wall, after one call that does not count."""
    call()
    durations = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        durations.append(time.perf_counter() - started)
    return statistics.median(durations)
