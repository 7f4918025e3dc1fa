"""The notebook of the panel in JupyterLab, driven in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import psutil
import pytest

from lca.lab.browser import Browser
from lca.model.checkpoint import SHIPPED
from lca.panel.library import poses
from lca.panel.person import PanelPerson
from lca.panel.state import State
from tests.house.tree import ROOT
from tests.panel.hand import FEET, HEAD, LEFT_ARM, LEFT_INDEX, RIGHT_ARM, RIGHT_INDEX, Hand, around, change, moved

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped checkpoint"),
]
TOKEN = "panel"
NOTEBOOK = "05_interactive_avatar.ipynb"
SESSION = "[...window.jupyterapp.shell.widgets('main')].find((widget) => widget.sessionContext)?.sessionContext"
READY = f"window.jupyterapp && {SESSION}?.isReady && {SESSION}.session?.kernel?.status === 'idle'"
RUN = "void window.jupyterapp.commands.execute('notebook:run-all-cells')"
RUNNING = "[...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')].some((e) => !/\\d/.test(e.textContent))"
WATCH = "document.addEventListener('lca:frame', (e) => (e.target.dataset.full = e.detail.full))"
REST = 0.4
"""Seconds without a new picture after which no more are expected."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on this machine with a copy of the notebook: its address and its process."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / NOTEBOOK, folder / "notebooks")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")},
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "LCA_FAST": "1",
        "PYTHONPATH": str(ROOT),
    }
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    options += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser", *options],
            env=environment,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api?token={TOKEN}", server)
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(60)


def wait_for(url, server):
    """Return when a server answers."""
    end = time.monotonic() + 120
    while True:
        assert server.poll() is None and time.monotonic() < end, "JupyterLab did not start"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)


@pytest.fixture(scope="module")
def notebook(lab):
    """A browser with the notebook, all of whose cells have run."""
    with Browser(1500, 2400) as browser:
        browser.go(f"{lab[0]}/lab/tree/notebooks/{NOTEBOOK}?token={TOKEN}")
        browser.wait(READY, 120.0)
        browser.evaluate(WATCH)
        browser.evaluate(RUN)
        browser.wait(f"!({RUNNING})", 240.0)
        browser.wait(
            "[...document.querySelectorAll('.lca-view')].filter((view) => view.dataset.frame > 0).length === 2"
        )
        yield browser


class Visitor(Hand):
    """A hand that sees the page only."""

    @property
    def number(self):
        return self.browser.evaluate(f"Number({self.find('.lca-view')}.dataset.frame)")

    def settled(self, after=0):
        """The picture when it is newer than a frame, in full, and no other follows."""
        self.browser.wait(f"{self.find('.lca-view')}.dataset.frame > {after}")
        number = -1
        while number != self.number:
            number = self.number
            time.sleep(REST)
            self.browser.wait(f"{self.find('.lca-view')}.dataset.full !== 'false'")
        return super().picture()

    def after(self, act, *arguments):
        """The picture after an act."""
        number = self.number
        act(*arguments)
        return self.settled(number)


def test_the_notebook_moves_what_is_asked_for_and_nothing_else(notebook, example):
    hand, other = Visitor(notebook), Visitor(notebook, 1)
    notebook.evaluate(f"{hand.find('.lca-view')}.scrollIntoView({{ block: 'center' }})")
    person, state = PanelPerson(example), State(pose=poses()["standing"])
    arms, hands = (
        [around(person, state, j) for j in pair] for pair in [(LEFT_ARM, RIGHT_ARM), (LEFT_INDEX, RIGHT_INDEX)]
    )
    face, feet = around(person, state, HEAD, 24), around(person, state, FEET)
    standing, elsewhere = hand.settled(), other.settled()

    curled = hand.after(hand.push, "left_index.curl", 0.9)
    assert moved(standing, curled, hands[0]) > 5 * moved(standing, curled, hands[1])
    smiling = hand.after(hand.click, "Expression: smile")
    looking = hand.after(hand.push, "eyes.left", 30)
    for before, after in ((curled, smiling), (smiling, looking)):
        assert change(before, after, face) > 0.1 and change(before, after, feet) == 0
    bent = hand.after(hand.push, "left_elbow.bend", 100)
    assert moved(looking, bent, arms[0]) > 0.05 + 5 * moved(looking, bent, arms[1])
    turned = hand.after(notebook.drag, hand.at(0.4, 0.5), hand.at(0.6, 0.5))
    assert change(bent, turned, slice(None)) > 1

    hand.choose("Motion", "walk")
    notebook.wait(f"!{hand.find('[aria-label=Play]')}.disabled")
    number = hand.number
    hand.click("Play")
    notebook.wait(f"{hand.find('.lca-view')}.dataset.frame > {number} + 12")
    hand.click("Pause")
    assert change(turned, hand.settled(number), slice(None)) > 1
    np.testing.assert_array_equal(other.settled(), elsewhere)
    assert "Traceback" not in notebook.evaluate("document.body.innerText")


def test_all_of_a_panel_is_seen_at_once_on_a_laptop(notebook):
    screen = {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False}
    notebook.call("Emulation.setDeviceMetricsOverride", **screen)
    notebook.wait("innerHeight === 768")
    width, height = notebook.evaluate(
        f"(() => {{ const b = {Visitor(notebook).root}.getBoundingClientRect(); return [b.width, b.height]; }})()"
    )
    notebook.call("Emulation.clearDeviceMetricsOverride")
    assert width > 800 and height < 768 - 130, "JupyterLab's own bars take 130 pixels"


def test_control_and_s_in_the_panel_saves_the_notebook_and_letters_are_no_commands(notebook):
    context = "[...window.jupyterapp.shell.widgets('main')].find((widget) => widget.sessionContext).context"
    notebook.evaluate(f"{Visitor(notebook).find('.lca-view')}.focus()")
    cells = notebook.evaluate(f"{context}.model.cells.length")
    assert notebook.evaluate(f"{context}.model.dirty"), "its cells have run"

    def press(key, modifiers):
        for kind in ("rawKeyDown", "keyUp"):
            code = {"code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper()), "modifiers": modifiers}
            notebook.call("Input.dispatchKeyEvent", type=kind, key=key, **code)

    press("s", 2)
    notebook.wait(f"!{context}.model.dirty")
    press("b", 0)
    assert notebook.evaluate(f"{context}.model.cells.length") == cells


def test_a_kernel_rests_when_nothing_moves(lab, notebook):
    (kernel,) = lab[1].children()

    def spent():
        times = kernel.cpu_times()
        return times.user + times.system

    before = spent()
    time.sleep(3.0)
    assert spent() - before < 0.15


def test_a_restarted_kernel_is_a_line_in_the_panel(notebook):
    hand = Visitor(notebook)
    notebook.evaluate(f"{SESSION}.session.kernel.restart()")
    hand.push("left_elbow.bend", 10)
    assert "no answer" in notebook.wait(f"{hand.find('.lca-error')}?.textContent", 60.0)
