"""A Ray cluster in the place of local processes: captures are drawn on its machines, and written here as always.

The one door to `ray`. A capture depends on (stage, seed, index) alone, so that one whose machine is lost is drawn elsewhere.
"""

import functools
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from lca.errors import UserError
from lca.world.folders.builder import code_version
from lca.world.folders.workers import ONE_THREAD

log = logging.getLogger(__name__)

RETRIES = 8
"""Times that a capture is drawn again because its machine or its process was lost."""
ANSWER = 5.0
"""Seconds in which the cluster has to answer; Ray itself would go on asking."""


class Cluster(Executor):
    """The machines that this process is connected to; a task takes one core, and the result of a lost one is made again."""

    def __init__(self, ray: ModuleType):
        self.cores = int(ray.cluster_resources().get("CPU", 0))
        self.version = code_version()
        self.drawn = ray.remote(num_cpus=1, max_retries=RETRIES)(drawn_alike)

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """Begin a task on a core that is, or gets, free."""
        return self.drawn.remote(self.version, fn, *args).future()


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Be connected to the cluster at `address`, as Ray names it; `local` starts one of this machine, which ends with the block.

    Raises:
        UserError: Ray is not installed, no cluster answers, its machines have other code than this one, or it failed: the head is
            gone, or a capture was lost too often.
    """
    ray = connected(address)
    try:
        machines = Cluster(ray)
        lost = dead_nodes(ray)
        yield machines
        if lost := dead_nodes(ray) - lost:
            log.warning("%d node(s) left the cluster: what they had in hand was drawn again elsewhere", lost)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, UserError):
            raise error.cause from None
        if "failed to import" in str(error.cause):  # Ray's words for a function that a machine does not have
            raise UserError(
                "expected this lca on every machine of the cluster, got one without it: install the same version there"
            ) from error
        raise
    except ray.exceptions.RayError as error:
        raise UserError(
            f"expected the Ray cluster {address} to draw to the end, got: {error}; run the same command again, it continues"
        ) from error
    finally:
        ray.shutdown()


def connected(address: str) -> ModuleType:
    """Ray, connected; sends no statistics of usage and starts no dashboard."""
    try:
        import ray.exceptions  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError as error:
        raise UserError(
            "expected Ray for --ray, got none: install it with `pip install 'ray[client]>=2.60'`"
        ) from error
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    options = {"runtime_env": {"env_vars": ONE_THREAD}, "log_to_driver": False, "logging_level": logging.ERROR}
    before = signal.getsignal(signal.SIGTERM)
    try:
        if address == "local":
            options["include_dashboard"] = False
        elif os.environ.get("RAY_USE_TLS") != "1":  # only Ray knows where the certificates are
            knock(address)
        ray.init(address, **options)
    except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        why = str(error).split(". ")[0].rstrip(".")
        raise UserError(
            f"expected a Ray cluster at {address!r}, got: {why}; start one with `ray start --head`, or name its --ray auto, "
            "local, HOST:PORT or ray://HOST:PORT"
        ) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)  # Ray's handler would end with another exit code
    return ray


def knock(address: str) -> None:
    """Raises: OSError, ValueError: no gRPC server, which a Ray cluster is, answers at `address`."""
    import grpc
    from ray._private.services import (  # pyright: ignore[reportMissingImports]
        canonicalize_bootstrap_address_or_die,  # what `auto` means
    )

    client = address.startswith("ray://")
    place = address.removeprefix("ray://") if client else canonicalize_bootstrap_address_or_die(address)
    with grpc.insecure_channel(place) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=ANSWER)
        except grpc.FutureTimeoutError:
            raise TimeoutError(f"no answer in {ANSWER:g} s") from None


def dead_nodes(ray: ModuleType) -> int:
    """How many machines the cluster has lost since it began."""
    return sum(not node["Alive"] for node in ray.nodes())


def drawn_alike(version: str, task: Callable[..., Any], *arguments: Any) -> Any:
    """On a machine of the cluster: the result of a task. Raises: UserError: its code is not `version`."""
    prepare(version)
    return task(*arguments)


@functools.cache
def prepare(version: str) -> None:
    """Once a process: the same code as on the machine that writes, and one thread in torch too."""
    import torch

    if (own := code_version()) != version:
        raise UserError(
            f"expected lca {version} on every machine of the cluster, got {own} on {socket.gethostname()}: install the same"
        )
    torch.set_num_threads(1)
