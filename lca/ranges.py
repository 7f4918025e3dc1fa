"""Numbers that a user chooses: each has a range, and a mistake names the option or key, the range, and what came."""

import argparse
from collections.abc import Mapping
from typing import Any

from lca.errors import UserError

SEEDS = (0, 2**32 - 1)
"""Of everything that is drawn."""
WORKERS = (1, 1024)
"""Processes."""
Range = tuple[int, int] | tuple[float, float]


def check_number(name: str, value: int | float, low: int | float, high: int | float) -> None:
    """Raises: UserError: `value` is below `low`, above `high`, or NaN."""
    if not low <= value <= high:
        raise UserError(f"expected {name} from {_said(low)} to {_said(high)}, got {_said(value)}")


def check_numbers(owner: Any, ranges: Mapping[str, Range], prefix: str = "") -> None:
    """Check the attributes of `owner` that `ranges` names, those of a tuple one by one. Raises: UserError."""
    for name, (low, high) in ranges.items():
        value = getattr(owner, name)
        for one in value if isinstance(value, tuple | list) else (value,):
            check_number(prefix + name, one, low, high)


class InRange(argparse.Action):
    """`add_argument("--fps", action=InRange, low=1.0, high=240.0)`: whole numbers if `low` is one."""

    def __init__(self, option_strings, dest, *, low: int | float, high: int | float, **options):
        super().__init__(option_strings, dest, type=type(low), **options)
        self.low, self.high = low, high

    def __call__(self, parser, namespace, values: Any, option_string=None) -> None:
        """Raises: UserError: a number out of range."""
        check_number(option_string or self.dest, values, self.low, self.high)
        setattr(namespace, self.dest, values)


def _said(value: int | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
