"""Seeded damage to safetensors files: to their bytes, their header, or what their tensors say."""

import json
import math
from random import Random

import torch
from safetensors.torch import load, save

from tests.fuzz.damage import as_json, damaged, odd, strange

EDGES = (math.nan, math.inf, -math.inf, 0.0, -1.0, 1e30, -1e30, 1e-30, 1.5)
PLACES = (-1, 5, 54, 55, 10**6, -(2**31), 2**31 - 1)


def damaged_tensors(rng: Random, content: bytes) -> bytes:
    """One of the three."""
    kind = rng.choice((damaged, damaged_header, damaged_values, damaged_values, damaged_shapes, damaged_words))
    return kind(rng, content)


def opened(content: bytes) -> tuple[dict, bytes]:
    """(header, what follows it)."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def closed(header, body: bytes) -> bytes:
    """The inverse."""
    text = as_json(header)
    return len(text).to_bytes(8, "little") + text + body


def damaged_header(rng: Random, content: bytes) -> bytes:
    """Names, kinds, shapes, offsets: a few of them strange."""
    header, body = opened(content)
    return closed(strange(rng, header), body)


def damaged_values(rng: Random, content: bytes) -> bytes:
    """A whole file in which a number of a tensor, or all of them, are others."""
    tensors, words = load(content), opened(content)[0]["__metadata__"]
    name = rng.choice([name for name, tensor in tensors.items() if tensor.numel()])
    tensor = tensors[name].flatten()
    value = rng.choice(EDGES if tensor.is_floating_point() else PLACES)
    if rng.random() < 0.7:
        tensor[rng.randrange(len(tensor))] = value
    else:
        tensor[:] = value
    return save(tensors | {name: tensor.reshape(tensors[name].shape)}, words)


def damaged_shapes(rng: Random, content: bytes) -> bytes:
    """A whole file in which a tensor is missing, one too many, or of another shape or kind."""
    tensors, words = load(content), opened(content)[0]["__metadata__"]
    name = rng.choice(list(tensors))
    tensor = tensors.pop(name)
    changed = {
        "missing": {},
        "another name": {f"{name}s": tensor},
        "more": {name: tensor, "more": torch.ones(3)},
        "flat": {name: tensor.flatten()},
        "shorter": {name: tensor[:-1].clone() if tensor.ndim else tensor},
        "longer": {name: torch.cat([tensor, tensor]) if tensor.ndim else tensor},
        "empty": {name: tensor[:0] if tensor.ndim else tensor},
        "scalar": {name: tensor.flatten()[0].clone() if tensor.numel() else torch.zeros(())},
        "double": {name: tensor.double()},
        "half": {name: tensor.half()},
        "whole": {name: tensor.nan_to_num().long()},
        "boolean": {name: tensor.bool()},
    }
    return save(tensors | changed[rng.choice(list(changed))], words)


def damaged_words(rng: Random, content: bytes) -> bytes:
    """A whole file in which the strings are others: JSON among them is damaged as JSON."""
    header, body = opened(content)
    words = header["__metadata__"]
    name = rng.choice(list(words))
    try:
        words[name] = as_json(strange(rng, json.loads(words[name]))).decode()
    except ValueError:
        words[name] = rng.choice((str(odd(rng))[:6000], words[name] * 2, words[name][:-1]))
    return closed(header, body)
