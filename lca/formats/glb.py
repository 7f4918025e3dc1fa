"""The container of binary glTF 2.0: one JSON object and one buffer that its accessors point into."""

import json
import struct
from pathlib import Path

import numpy as np
from numpy import ndarray

from lca.formats.atomic import writing

COMPONENTS = {np.dtype("<f4"): 5126, np.dtype("u1"): 5121}
TYPES = {(): "SCALAR", (3,): "VEC3", (4,): "VEC4", (16,): "MAT4"}
VERTICES = 34962
"""Target of a buffer view that holds vertex attributes."""


class Buffer:
    """Arrays one after the other, each with its buffer view and accessor."""

    def __init__(self):
        self.data = bytearray()
        self.views: list[dict] = []
        self.accessors: list[dict] = []

    def add(self, array: ndarray, target: int | None = None, bounds: bool = False) -> int:
        """Append float32 or uint8 rows and return the number of their accessor; `bounds` states least and largest."""
        array = np.ascontiguousarray(array)
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": array.nbytes})
        if target is not None:
            self.views[-1]["target"] = target
        accessor = {
            "bufferView": len(self.views) - 1,
            "componentType": COMPONENTS[array.dtype],
            "count": len(array),
            "type": TYPES[array.shape[1:]],
        }
        if bounds:
            rows = array.reshape(len(array), -1)
            accessor |= {"min": rows.min(0).tolist(), "max": rows.max(0).tolist()}
        self.accessors.append(accessor)
        self.data += array.tobytes()
        self.data += bytes(-len(self.data) % 4)
        return len(self.accessors) - 1


def write_container(path: str | Path, document: dict, buffer: Buffer) -> None:
    """Write `document` (all but buffers, buffer views and accessors) and the buffer as one .glb."""
    whole = {
        "asset": {"version": "2.0", "generator": "lca"},
        **document,
        "buffers": [{"byteLength": len(buffer.data)}],
        "bufferViews": buffer.views,
        "accessors": buffer.accessors,
    }
    text = json.dumps(whole, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    size = 12 + 8 + len(text) + 8 + len(buffer.data)
    with writing(path) as temporary, temporary.open("wb") as file:
        file.write(struct.pack("<4sII", b"glTF", 2, size))
        file.write(struct.pack("<I4s", len(text), b"JSON") + text)
        file.write(struct.pack("<I4s", len(buffer.data), b"BIN\0") + bytes(buffer.data))
