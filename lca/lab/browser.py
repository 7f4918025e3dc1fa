"""A real browser without a driver package: Chromium, headless, told what to do over its own DevTools protocol.

Used by `lca bench panel` and by the tests. Needs a `chromium` (Debian's package) or Chrome on the PATH.
"""

import base64
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from lca.errors import UserError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    *("--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--remote-debugging-port=0"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
FLAT = ("--disable-gpu",)
"""Flags for pages that paint pictures: fastest without a GPU."""
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""Flags for pages that draw by WebGL, in software."""
PATIENCE = 60.0
"""Seconds to wait for the browser, or for a condition on the page."""
SHIFT = 8
"""The DevTools protocol's bit for the shift key."""


def find_chromium() -> str:
    """The browser's program.

    Raises:
        UserError: there is none.
    """
    for name in NAMES:
        if (path := shutil.which(name)) is not None:
            return path
    raise UserError("expected chromium on the PATH, got none; install it (Debian: apt install chromium)")


LEAVING = "Inspected target navigated or closed"
"""What Chromium says of a question to a page that is being left."""


class Browser:
    """One page of one browser of its own, with a fresh profile. A context manager: leaving it ends the browser."""

    def __init__(self, width: int = 1400, height: int = 1100, drawing: Sequence[str] = FLAT):
        import websocket

        self._folder = tempfile.TemporaryDirectory(prefix="lca-browser-", ignore_cleanup_errors=True)
        own = (f"--window-size={width},{height}", f"--user-data-dir={self._folder.name}")
        command = [find_chromium(), *FLAGS, *drawing, *own]
        self._process = subprocess.Popen(
            [*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            self._socket = websocket.create_connection(self._page_address(), timeout=PATIENCE, suppress_origin=True)
        except BaseException:
            self.close()
            raise
        self._count = 0
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        # without a window no page has the focus, and JupyterLab then has no current notebook
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def __enter__(self) -> "Browser":
        """The browser itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()

    def close(self) -> None:
        """End the browser and everything that it has started."""
        if hasattr(self, "_socket"):
            self._socket.close()
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._folder.cleanup()

    def post(self, method: str, **parameters: Any) -> int:
        """Send a command and do not wait for its answer."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        return self._count

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; complaints of the page on the way are kept in `errors`."""
        number = self.post(method, **parameters)
        while True:
            message = json.loads(self._socket.recv())
            if (complaint := _complaint(message)) is not None:
                self.errors.append(complaint)
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is awaited.

        Raises:
            RuntimeError: the script throws.
        """
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def wait(self, script: str, seconds: float = PATIENCE) -> Any:
        """The value of an expression as soon as it is true.

        Raises:
            TimeoutError: it never was.
        """
        end = time.monotonic() + seconds
        while not (value := self._settled(script)):
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds:g} s for {script}")
            time.sleep(0.05)
        return value

    def _settled(self, script: str) -> Any:
        """The value of an expression; None while one page gives way to the next."""
        try:
            return self.evaluate(script)
        except RuntimeError as error:
            if LEAVING not in str(error):
                raise
            return None

    def go(self, address: str) -> None:
        """Open a page."""
        self.call("Page.navigate", url=address)

    def screenshot(self) -> Image.Image:
        """What the page shows."""
        return Image.open(io.BytesIO(base64.b64decode(self.call("Page.captureScreenshot")["data"]))).convert("RGB")

    def mouse(self, kind: str, x: float, y: float, shift: bool = False, **more: Any) -> None:
        """A real mouse event (mousePressed, mouseMoved, mouseReleased, mouseWheel) at a place in the window."""
        button = {} if kind == "mouseWheel" else {"button": "left", "buttons": 1, "clickCount": 1}
        given = {**button, "modifiers": SHIFT if shift else 0, **more}
        self.post("Input.dispatchMouseEvent", type=kind, x=x, y=y, **given)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8, shift: bool = False) -> None:
        """Press at `start`, move in steps, release at `end`."""
        self.mouse("mousePressed", *start, shift=shift)
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
            self.mouse("mouseMoved", x, y, shift=shift)
        self.mouse("mouseReleased", *end, shift=shift)

    def key(self, name: str) -> None:
        """Press and release a key by its DOM name, such as ArrowRight."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name)

    def _page_address(self) -> str:
        """Of the DevTools socket of the one page."""
        port_file, end = Path(self._folder.name) / "DevToolsActivePort", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            if port_file.is_file() and (lines := port_file.read_text().splitlines()):
                with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json/list", timeout=PATIENCE) as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                if pages:
                    return pages[0]["webSocketDebuggerUrl"]
            time.sleep(0.05)
        raise UserError(f"expected chromium to start within {PATIENCE:g} s, got no answer; start it by hand to see why")


def _complaint(message: dict[str, Any]) -> str | None:
    """What the page, or the browser about the page, complains of in an event: exceptions, errors and warnings."""
    event, said = message.get("method"), message.get("params", {})
    if event == "Runtime.exceptionThrown":
        details = said["exceptionDetails"]
        return details.get("exception", {}).get("description", details["text"])
    if event == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
        return " ".join(str(argument.get("value", argument.get("description"))) for argument in said["args"])
    if event == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
        return said["entry"]["text"]
    return None
