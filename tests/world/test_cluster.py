"""Captures drawn on a Ray cluster: the bytes of a local build, also if a machine is lost, and one line if nothing answers."""

import os
import shutil
import socket
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from lca.__main__ import main
from lca.errors import UserError
from lca.world.folders.builder import code_version
from lca.world.folders.cluster import cluster, drawn_alike
from tests.world.captures import SIZE, built, contents

COMMAND = f"world build wild --identities 3 --seed 5 --size {SIZE}"
SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64}


@pytest.fixture
def two_nodes():
    """A cluster of two nodes of one core each, on this machine; nothing of it is left, whatever happens."""
    folder = tempfile.mkdtemp(prefix="ray-")  # a socket's path has to be short
    # jsonschema, which every process of Ray imports, builds a grammar for seconds where it finds this package; Ray gives up
    # on a node whose agents take more than 15 s to start
    Path(folder, "rfc3987_syntax.py").write_text("raise ImportError")
    paths = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**SETTINGS, "RAY_TMPDIR": folder, "PYTHONPATH": paths}.items():
            patch.setenv(name, value)
        pytest.importorskip("ray", reason="needs Ray")
        from ray.cluster_utils import Cluster  # pyright: ignore[reportMissingImports]

        quick = {
            "health_check_period_ms": 500,
            "health_check_failure_threshold": 2,
            "prestart_worker_first_driver": False,
        }
        nodes = Cluster()
        try:
            nodes.add_node(num_cpus=1, include_dashboard=False, no_monitor=True, _system_config=quick)
            nodes.add_node(num_cpus=1)
            yield nodes
        finally:
            nodes.shutdown()
            for process in psutil.process_iter():  # a worker outlives a killed node for some seconds
                with suppress(psutil.Error):
                    if any(folder in word for word in process.cmdline()):
                        process.kill()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_a_lost_node_changes_no_byte(two_nodes, tmp_path, caplog):
    import ray  # pyright: ignore[reportMissingImports]

    def lose_one():
        while not ray.is_initialized() or ray.available_resources().get("CPU"):
            time.sleep(0.05)
        two_nodes.remove_node(next(iter(two_nodes.worker_nodes)), allow_graceful=False)

    with ThreadPoolExecutor(1) as other:
        lost = other.submit(lose_one)  # as soon as both nodes have a capture in hand
        assert main([*COMMAND.split(), "--out", str(tmp_path / "built"), "--ray", two_nodes.address]) == 0
        lost.result()
    assert contents(tmp_path / "built") == contents(built("wild"))
    assert "1 node(s) left the cluster" in caplog.text


def test_a_machine_with_other_code_draws_nothing():
    assert drawn_alike(code_version(), int, "7") == 7
    with pytest.raises(UserError, match=r"expected lca 0\.0 on every machine of the cluster, got .* on .*: install"):
        drawn_alike("0.0", int, "7")


def test_what_a_cluster_says_is_one_line(monkeypatch):
    errors = pytest.importorskip("ray", reason="needs Ray").exceptions
    bare = ModuleType("ray")
    vars(bare).update(cluster_resources=dict, nodes=list, remote=lambda **_: id, shutdown=int, exceptions=errors)
    monkeypatch.setattr("lca.world.folders.cluster.connected", lambda address: bare)
    no_code = RuntimeError("The remote function failed to import on the worker.")
    for error, says in (
        (errors.WorkerCrashedError(), "the Ray cluster here to draw to the end, got: .*; run the same command again"),
        (errors.RayTaskError("f", "...", UserError("other code")).as_instanceof_cause(), "^other code$"),
        (
            errors.RayTaskError("f", "...", no_code).as_instanceof_cause(),
            "this lca on every machine .*: install the same",
        ),
    ):
        with pytest.raises(UserError, match=says), cluster("here"):
            raise error


def test_without_ray_a_line_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main([*COMMAND.split(), "--out", str(tmp_path / "none"), "--ray", "local"]) == 2
    assert "pip install 'ray[client]" in capsys.readouterr().err and not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("127.0.0.1:{port}", "no answer in 0.5 s"),
        ("ray://127.0.0.1:{port}", "no answer in 0.5 s"),
        ("ray://nowhere.invalid:10001", "no answer in 0.5 s"),
        ("nonsense", "Invalid address format"),
    ],
)
def test_where_no_cluster_answers_a_line_says_so(address, says, tmp_path, monkeypatch, capsys):
    pytest.importorskip("ray", reason="needs Ray")
    monkeypatch.setattr("lca.world.folders.cluster.ANSWER", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = address.format(port=silent.getsockname()[1])
        assert main([*COMMAND.split(), "--out", str(tmp_path / "none"), "--ray", address]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"expected a Ray cluster at '{address}', got: {says}" in said
    assert "HOST:PORT or ray://HOST:PORT" in said and not (tmp_path / "none").exists()
