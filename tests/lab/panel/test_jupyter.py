"""The notebook of the panel in JupyterLab, driven in a real browser."""

import base64
import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest
from PIL import Image

from lca.lab.browser import Browser
from tests.house.tree import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOKEN = "panel"
NOTEBOOK = "05_interactive_avatar.ipynb"
READY = """
(async () => {
  const app = window.jupyterapp;
  const panel = app?.shell.currentWidget;
  const session = panel?.sessionContext ?? panel?.context?.sessionContext;
  if (!session) return false;
  const late = new Promise((resolve) => setTimeout(() => resolve(false), 500));
  return Promise.race([session.ready.then(() => session.session.kernel.info).then(() => true), late]);
})()
"""
RUN = "void window.jupyterapp.commands.execute('notebook:run-all-cells')"
VIEWS = "[...document.querySelectorAll('.lca-view')]"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on this machine with a copy of the notebook: its address."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / NOTEBOOK, folder / "notebooks")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = {
        **os.environ,
        **own,
        "LCA_FAST": "1",
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}",
    }
    options = [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1"]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
        + [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api?token={TOKEN}", server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url, server):
    end = time.monotonic() + 60
    while True:
        assert server.poll() is None and time.monotonic() < end, "JupyterLab did not start"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)


def picture(browser, place=0):
    data = browser.evaluate(f"{VIEWS}[{place}].toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")).astype(int)


def frame_of(browser, place=0):
    return int(browser.evaluate(f"Number({VIEWS}[{place}].dataset.frame)"))


def slide(browser, channel, value):
    browser.evaluate(
        f"(() => {{ const s = document.querySelector('[data-channel=\"{channel}\"]'); s.value = {value};"
        "s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')); })()"
    )


def test_sliders_in_jupyterlab_move_the_avatar_and_two_panels_do_not_meet(lab):
    with Browser(1500, 2400) as browser:
        browser.go(f"{lab}/lab/tree/notebooks/{NOTEBOOK}?token={TOKEN}")
        browser.wait(READY, 120)
        browser.evaluate(RUN)
        browser.wait(f"{VIEWS}.length >= 2 && {VIEWS}.every((view) => view.dataset.frame > 0)", 240)
        time.sleep(1.0)
        before, other = picture(browser), picture(browser, 1)
        seen = frame_of(browser)
        slide(browser, "left_shoulder.raise", 80)
        browser.wait(f"Number({VIEWS}[0].dataset.frame) > {seen}")
        time.sleep(0.5)
        changed = np.abs(picture(browser) - before).mean((0, 2))
        half = len(changed) // 2
        assert changed[half:].mean() > 5 * changed[:half].mean(), "the person's left is on the viewer's right"
        np.testing.assert_array_equal(picture(browser, 1), other)
        assert "Traceback" not in browser.evaluate("document.body.innerText")
        browser.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        slide(browser, "left_shoulder.raise", 10)
        assert "no answer" in browser.wait("document.querySelector('.lca-error')?.textContent", 60)
