"""Mixing the colours of a row: where a row holds a colour, its column is that of the red (linear RGB)."""

from typing import no_type_check

from numba import njit


@njit(cache=True)
@no_type_check
def mixture(row, first, second, share, channel):
    """A channel (0 red, 1 green, 2 blue) of one colour of the row, mixed with a `share` of another."""
    return row[first + channel] + share * (row[second + channel] - row[first + channel])


@njit(cache=True)
@no_type_check
def tinted(row, column, share, red, green, blue):
    """Any colour, a `share` of the way to a colour of the row."""
    return (
        red + share * (row[column] - red),
        green + share * (row[column + 1] - green),
        blue + share * (row[column + 2] - blue),
    )
