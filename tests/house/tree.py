"""The repository as the house tests see it."""

import ast
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CACHES = {"__pycache__"}
OUTPUTS = {ROOT / folder for folder in ("build", "dist", "out", "data", "runs", "lightning_logs")}


def files(*suffixes: str, under: str = ".") -> list[Path]:
    """Every file of the tree with one of `suffixes`; folders of outputs, caches and dot folders but .ci are skipped."""
    found = []
    for folder, folders, names in os.walk(ROOT / under):
        folders[:] = [f for f in folders if is_source(Path(folder) / f)]
        found += [Path(folder) / name for name in names if not suffixes or name.endswith(suffixes)]
    return sorted(found)


def is_source(folder: Path) -> bool:
    """Whether `folder` belongs to the repository and not to a tool."""
    hidden = folder.name.startswith(".") and folder.name != ".ci"
    return not (hidden or folder.name in CACHES or folder.name.endswith(".egg-info") or folder in OUTPUTS)


def name(path: Path) -> str:
    """The path as the repository writes it."""
    return path.relative_to(ROOT).as_posix()


def nothing_breaks_it(broken: Iterable[tuple[Path | str, str]]) -> None:
    """One rule, every file: fails with a line `file: reason` for each (file, reason) of `broken`."""
    lines = [f"{name(what) if isinstance(what, Path) else what}: {reason}" for what, reason in broken]
    if lines:
        pytest.fail("\n".join(["this rule is broken by", *lines]), pytrace=False)


@cache
def parsed(path: Path) -> ast.Module:
    """A Python file."""
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """(module, when the file is imported?) for every import in a Python file; `from a import b` counts as a.b."""
    tree, found = parsed(path), []
    late = {id(inner) for node in ast.walk(tree) if runs_later(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in late) for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{alias.name}", id(node) not in late) for alias in node.names]
    return tuple(found)


def runs_later(node: ast.AST) -> bool:
    """Whether what `node` holds does not run when the file is imported: a function, or `if TYPE_CHECKING:`."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
