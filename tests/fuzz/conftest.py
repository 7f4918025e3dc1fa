"""The table at the end of a run, and an attack in a folder of its own."""

from functools import partial

import pytest

from tests.fuzz.harness import HEAD, LINES, SEED, TALLIES, attack


@pytest.fixture
def attacked(tmp_path):
    """`attacked(door, enter, cases=...)`."""
    return partial(attack, folder=tmp_path)


def pytest_terminal_summary(terminalreporter):
    """What came of each door, and of a soak."""
    if TALLIES:
        terminalreporter.write_line(f"\nattacks of seed {SEED}\n{HEAD}")
        for tally in TALLIES:
            terminalreporter.write_line(tally.row())
    if LINES:
        terminalreporter.write_line("\n".join(["", f"soak of seed {SEED}", *LINES]))
