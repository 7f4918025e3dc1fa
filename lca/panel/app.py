"""The panel on a page of its own: a small server on this machine, behind a token.

Not a Jupyter server on purpose: whoever has the address may move the avatar and upload photos, and nothing else; a Jupyter
token would hand them a shell. Each page that is open has its own desk, which waits for it when it is reloaded (`seats`).
"""

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import tornado.httpserver
import tornado.iostream
import tornado.netutil
import tornado.web
import tornado.websocket

from lca.panel.page import html, page_script, style
from lca.panel.seats import NewDesk, Seat, Seats

LOCAL = "127.0.0.1"
HOSTS = (LOCAL, "localhost")
MOST_BYTES = 64 * 2**20
"""Of one WebSocket message."""
MOST_BUFFERS = 64
log = logging.getLogger(__name__)


class Guarded(tornado.web.RequestHandler):
    """Answers only requests to this machine by name (no DNS rebinding) that carry the token."""

    def prepare(self) -> None:
        """Refuse everybody else with 403."""
        named = self.request.host_name in HOSTS
        token = self.get_query_argument("token", "")
        if not (named and hmac.compare_digest(token.encode(), self.settings["token"].encode())):
            raise tornado.web.HTTPError(403, reason="the address lacks the token: use the one that lca panel printed")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Faults of the program, without the address, which holds the token."""
        if not isinstance(value, tornado.web.HTTPError):
            log.error("%s %s", self.request.method, self.request.path, exc_info=(typ, value, tb))

    def set_default_headers(self) -> None:
        """Nothing from elsewhere, nowhere else to: the address with its token does not leave."""
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")


class Page(Guarded):
    """The page, its script and its style."""

    def initialize(self, content: Callable[[], str], kind: str) -> None:
        """What is served, and its media type."""
        self.content, self.kind = content, kind

    def get(self) -> None:
        """Serve it."""
        self.set_header("Content-Type", f"{self.kind}; charset=utf-8")
        self.finish(self.content())


class Socket(Guarded, tornado.websocket.WebSocketHandler):
    """One open page: text frames with `buffers` binary frames after each."""

    def open(self, *args: str, **kwargs: str) -> None:
        """Seat this page at the desk that it names, or at a new one."""
        self.set_nodelay(True)  # without it small frames wait for acknowledgements: 18 instead of 67 frames a second
        self.head: dict[str, Any] | None = None
        self.parts: list[bytes] = []
        self.loop = asyncio.get_running_loop()
        self.seat: Seat = self.settings["seats"].take(self.get_query_argument("desk", ""), self.send_soon)

    def on_message(self, message: str | bytes) -> None:
        """Collect a message and its buffers, then hand it to the desk."""
        if isinstance(message, str):
            self.head, self.parts = _parsed(message), []
        else:
            self.parts.append(message)
        if self.head is not None and len(self.parts) >= min(MOST_BUFFERS, int(self.head.get("buffers", 0))):
            head, self.head = self.head, None
            self.seat.desk.receive(head, self.parts)

    def on_close(self) -> None:
        """The page has gone, or is being reloaded."""
        if hasattr(self, "seat"):
            self.settings["seats"].leave(self.seat)

    def send_soon(self, message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        """Send from any thread."""
        text = json.dumps({**message, "buffers": len(buffers)})
        self.loop.call_soon_threadsafe(self._write, text, list(buffers))

    def _write(self, text: str, buffers: list[bytes]) -> None:
        try:
            self.write_message(text).add_done_callback(_noticed)
            for buffer in buffers:
                self.write_message(buffer, binary=True).add_done_callback(_noticed)
        except tornado.websocket.WebSocketClosedError:
            pass  # the page has gone; `on_close` ends the desk


def _noticed(written: asyncio.Future[None]) -> None:
    """A page that went while something was on its way to it is no news either."""
    if not written.cancelled():
        written.exception()


def _parsed(text: str) -> dict[str, Any] | None:
    """The head of a message; what is none is dropped: our page sends no such thing."""
    try:
        head = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return head if isinstance(head, dict) and isinstance(head.get("buffers", 0), int) else None


async def serve(new_desk: NewDesk, title: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until cancelled; `ready` is told the address with its token. Port 0 takes any free one.

    Raises:
        OSError: the port is taken.
    """
    token, seats = secrets.token_urlsafe(24), Seats(new_desk)
    application = tornado.web.Application(
        [
            ("/", Page, {"content": lambda: html(title), "kind": "text/html"}),
            ("/panel.js", Page, {"content": page_script, "kind": "text/javascript"}),
            ("/panel.css", Page, {"content": style, "kind": "text/css"}),
            ("/socket", Socket),
        ],
        token=token,
        seats=seats,
        websocket_max_message_size=MOST_BYTES,
        log_function=lambda handler: None,
    )
    sockets = tornado.netutil.bind_sockets(port, LOCAL)
    server = tornado.httpserver.HTTPServer(application)
    server.add_sockets(sockets)
    ready(f"http://{LOCAL}:{sockets[0].getsockname()[1]}/?token={token}")
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()
        await seats.close()
