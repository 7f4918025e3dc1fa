"""Seeded damage: to the bytes of a file, and to values as JSON or a message holds them."""

import copy
import json
import math
import struct
from random import Random
from typing import Any

DEEP = "as deep as it gets"
"""In a value: stands for lists in lists, deeper than Python recurses; `as_json` writes them out."""
NUMBERS = (
    *(math.nan, math.inf, -math.inf, 1e308, -1e308, 1e-320, 10**400, -(10**400), 2**31, 2**63, -(2**63), 2**64),
    *(0, -0.0, 1, -1, 2, 7, 255, 65536, 1e6, 0.5, -1e-9),
)
OTHERS = (
    None,
    True,
    False,
    "",
    "nan",
    "\x1b[2J\nsecond line\r",
    "x" * 5000,
    "../../../x",
    [],
    {},
    [[]],
    [1, [2]],
    {"a": {}},
)
HEADER = 256
"""Bytes at the start of a file in which most formats keep counts, sizes and offsets."""


def damaged(rng: Random, content: bytes) -> bytes:
    """`content` with one to four wounds."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        rng.choice((flip, flip, truncate, splice, drop, repeat, count, count))(rng, data)
    return bytes(data)


def flip(rng: Random, data: bytearray) -> None:
    """Other bits here and there."""
    for _ in range(rng.choice((1, 1, 4, 64))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def truncate(rng: Random, data: bytearray) -> None:
    """Cut off the end."""
    del data[rng.randrange(len(data) + 1) :]


def drop(rng: Random, data: bytearray) -> None:
    """Lose a stretch."""
    start = rng.randrange(len(data) + 1)
    del data[start : start + rng.randint(1, 400)]


def splice(rng: Random, data: bytearray) -> None:
    """A stretch of the file in another place."""
    start, place = rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)
    stretch = data[start : start + rng.randint(1, 400)]
    data[place : place + len(stretch)] = stretch


def repeat(rng: Random, data: bytearray) -> None:
    """A stretch twice."""
    start = rng.randrange(len(data) + 1)
    data[start:start] = data[start : start + rng.randint(1, 400)]


def count(rng: Random, data: bytearray) -> None:
    """A whole number of 1, 2, 4 or 8 bytes in the header, of either order, by an extreme one."""
    size, order = rng.choice((1, 2, 4, 8)), rng.choice("<>")
    value = rng.choice((0, 1, 2 ** (8 * size) - 1, 2 ** (8 * size - 1), rng.randrange(2 ** (8 * size))))
    place = rng.randrange(min(len(data), HEADER) + 1)
    data[place : place + size] = struct.pack(order + {1: "B", 2: "H", 4: "I", 8: "Q"}[size], value)


def strange(rng: Random, value: Any, wounds: int = 3) -> Any:
    """A copy of nested dictionaries and lists in which up to `wounds` entries are other values, missing or one too many."""
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, wounds)):
        places = list(inner(value))
        if not places:
            return odd(rng)
        holder, key = rng.choice(places)
        kind = rng.random()
        if kind < 0.15:
            del holder[key]
        elif kind < 0.25 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif kind < 0.3 and isinstance(holder, dict):
            holder[f"{key}?"] = holder[key]
        else:
            holder[key] = odd(rng)
    return value


def odd(rng: Random) -> Any:
    """A number at an edge, something that is no number, or a nest."""
    return rng.choice(NUMBERS) if rng.random() < 0.6 else copy.deepcopy(rng.choice((*OTHERS, DEEP)))


def inner(value: Any):
    """(holder, key) of every entry of nested dictionaries and lists; of a long list the first few."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(min(len(value), 8)):
            yield value, key
            yield from inner(value[key])


def as_json(value: Any) -> bytes:
    """JSON as Python writes it (NaN and Infinity too), nests written out."""
    return json.dumps(value).replace(json.dumps(DEEP), "[" * 30_000 + "]" * 30_000).encode()
