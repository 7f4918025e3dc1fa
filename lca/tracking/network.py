"""A network file that runs: arrays in, arrays out, on the CPU, by LiteRT (formerly TensorFlow Lite)."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.formats.network_files import network_bytes


class Network:
    """One input, some outputs, in the order of the file. Calls from several threads take turns."""

    def __init__(self, name: str, threads: int = 1):
        """Raises: UserError where the file is missing or not the pinned one."""
        from ai_edge_litert.interpreter import Interpreter

        content = network_bytes(name)
        with _muted():
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]
        self._turn = threading.Lock()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the input, with its batch axis of 1."""
        return tuple(int(side) for side in self._input["shape"])

    def __call__(self, x: Float32[ndarray, "1 *input"]) -> list[Float32[ndarray, "..."]]:
        """Run once."""
        with self._turn:
            self._interpreter.set_tensor(self._input["index"], np.ascontiguousarray(x, np.float32))
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(index) for index in self._outputs]


@cache
def load_network(name: str) -> Network:
    """The network of a file, loaded once, on one thread. Raises: UserError as `Network`."""
    return Network(name)


@contextmanager
def _muted() -> Iterator[None]:
    """Keep LiteRT from writing a line about its kernels to standard error; it has no setting for that."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
