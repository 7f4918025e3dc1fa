"""A wrong number is told at the door, with its column and what it should be."""

import numpy as np
import pytest

from lca.formats.fields import COLUMNS, fault


def good(name, frames=2):
    """A column as it should be."""
    column = COLUMNS[name]
    if name.endswith("camera_from_world"):
        return np.tile(np.eye(4, dtype=np.float32), (frames, 1, 1))
    if name.endswith("intrinsics"):
        return np.tile(np.diag([300.0, 300.0, 1.0]).astype(np.float32), (frames, 1, 1))
    return np.zeros((frames, *column.shape) if column.per_frame else column.shape, np.float32)


def spoilt(name, place, value):
    values = good(name)
    values[place] = value
    return values


@pytest.mark.parametrize("name", COLUMNS)
def test_good_numbers_pass(name):
    assert fault(name, good(name), 2) is None


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("theta", good("theta", 3), r"theta of shape \(2, 156\), got \(3, 156\)"),
        ("actions", spoilt("actions", (0, 3), 1.5), "actions from 0 to 1 share, got 0 to 1.5"),
        ("actions", spoilt("actions", (0, 3), np.nan), "got NaN"),
        ("translation", np.full((2, 3), np.nan, np.float32), "translation .* metres, got NaN"),
        ("psi", spoilt("psi", (1, 0), -2.0), "psi from -1.57"),
        ("camera_from_world", spoilt("camera_from_world", (0, 0, 0), 1.1), "rigid"),
        ("camera_from_world", spoilt("camera_from_world", (0, 0, 0), -1.0), "rigid"),
        ("tracked_camera_from_world", spoilt("tracked_camera_from_world", (1, 3, 2), 0.1), "rigid"),
        ("intrinsics", spoilt("intrinsics", (0, 1, 1), -300.0), "positive focal lengths"),
        ("body_box", spoilt("body_box", (0, 2), -1.0), "x0 <= x1"),
    ],
)
def test_bad_numbers_are_told(name, values, says):
    import re

    assert re.search(says, fault(name, values, 2) or "")


def test_what_nobody_knows_is_nan_throughout():
    assert fault("actions", np.full((2, 52), np.nan, np.float32), 2) is None
    assert fault("theta", np.full((2, 156), np.nan, np.float32), 2) is not None
