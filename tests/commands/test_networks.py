"""`lca networks`: what was fetched is named, with its licence; a failure is one line."""

from lca.errors import UserError
from lca.formats.network_files import networks_folder
from lca.tracking import fetch


def test_what_is_fetched_is_named(lca, monkeypatch):
    monkeypatch.setattr(
        fetch, "fetch_networks", lambda files: [networks_folder() / files[0].name, networks_folder() / files[-1].name]
    )
    code, out, error = lca("networks")
    assert (code, error) == (0, "")
    assert out.startswith("pose_detection.tflite: finds people (from mediapipe 0.10.21)\n")
    assert "7 networks, 2 fetched (Google's, Apache-2.0)" in out and "efficientnet" not in out
    assert "efficientnet_lite0.pth: features of photographs" in lca("networks", "--training")[1]


def test_a_failure_is_one_line(lca, monkeypatch):
    def fail(files):
        raise UserError("expected to download it, got nothing")

    monkeypatch.setattr(fetch, "fetch_networks", fail)
    code, out, error = lca("networks")
    assert (code, out) == (2, "") and error == "lca: error: expected to download it, got nothing\n"
