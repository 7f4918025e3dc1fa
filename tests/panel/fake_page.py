"""A page without a browser, for tests of the desk."""

import io
import json
import threading

import numpy as np
from PIL import Image

from lca.panel.desk import Desk
from lca.panel.motions import Offered
from tests.panel.test_session import until


class Page:
    """Keeps what it is sent and acknowledges frames, as the browser does."""

    def __init__(self, avatars, folder):
        self.told, self.lock = [], threading.Lock()
        self.desk = Desk(avatars, self.hear, Offered(), folder)
        self.say(kind="look", size=128)

    def hear(self, message, buffers):
        json.dumps(message, allow_nan=False)
        with self.lock:
            self.told.append((message, buffers))
        if message["kind"] == "frame":
            self.desk.receive({"kind": "ack", "number": message["number"]})

    def say(self, *buffers, **message):
        self.desk.receive(message, buffers)

    def all(self, kind):
        with self.lock:
            return [(message, buffers) for message, buffers in self.told if message["kind"] == kind]

    def last(self, kind):
        until(lambda: self.all(kind))
        return self.all(kind)[-1][0]

    def picture(self, **message):
        """The picture after a message, when nothing moves any more."""
        self.say(**message)
        until(lambda: self.desk.session.quiet)
        return np.asarray(Image.open(io.BytesIO(self.all("frame")[-1][1][0]))).astype(int)

    def error(self):
        until(lambda: any(m["level"] == "error" for m, _ in self.all("message")))
        return next(m["text"] for m, _ in reversed(self.all("message")) if m["level"] == "error")
