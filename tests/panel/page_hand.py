"""A hand on the panel's own page: windows and themes, fingers and keys, where things are and how well they are read."""

import time

import numpy as np

from lca.panel.desk import Desk
from lca.panel.local import served
from lca.panel.motions import Offered
from lca.panel.spec import state_of
from tests.panel.hand import Hand

LUMINANCE = """
((selector) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const element = document.querySelector(selector);
  const layers = [getComputedStyle(element).color];
  for (let at = element; at; at = at.parentElement) layers.push(getComputedStyle(at).backgroundColor);
  for (const colour of layers.reverse()) { // what lies lowest first
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    layers.seen = [...(layers.seen ?? []), [...canvas.getImageData(0, 0, 1, 1).data]];
  }
  return layers.seen.slice(-2);
})
"""


class PageHand(Hand):
    """A hand on the page of one desk."""

    def __init__(self, browser, desks):
        super().__init__(browser)
        self.desks = desks

    @property
    def desk(self):
        return self.desks[-1]

    def window(self, size, dark=False, touch=False):
        """Another window, another theme."""
        width, height = size
        self.browser.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch
        )
        self.browser.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.browser.call("Emulation.setEmulatedMedia", features=[theme])

    def boxes(self, selector):
        """label -> (left, top, right, bottom) of everything that is seen of a kind, in the window."""
        return self.browser.evaluate(
            f"Object.fromEntries([...document.querySelectorAll('{selector}')].filter((e) => e.checkVisibility())"
            ".map((e) => [e.ariaLabel || e.className + ' ' + e.textContent.trim(), e.getBoundingClientRect()])"
            ".map(([name, b]) => [name, [b.left, b.top, b.right, b.bottom]]))"
        )

    def contrast(self, selector):
        text, behind = (luminance(rgb[:3]) for rgb in self.browser.evaluate(f"{LUMINANCE}('{selector}')")[::-1])
        return (max(text, behind) + 0.05) / (min(text, behind) + 0.05)

    def tab(self, name):
        self.browser.evaluate(f"document.querySelector('[data-tab={name}]').click()")

    def key(self, name, **more):
        for kind in ("keyDown", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, **more)

    def touch(self, kind, *points):
        places = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        self.browser.call("Input.dispatchTouchEvent", type=kind, touchPoints=places)

    def find_sliders(self, words):
        self._choose(".lca-search", words, "input")

    def swipe(self, start, down):
        """One finger, in ten steps."""
        x, y = start
        self.touch("touchStart", start)
        for step in range(1, 11):
            self.touch("touchMove", (x, y + down * step / 10))
        self.touch("touchEnd")

    def rolled_out(self):
        """Whether the page no longer scrolls by itself."""
        before = self.browser.evaluate("scrollY")
        time.sleep(0.2)
        return self.browser.evaluate("scrollY") == before

    def stale(self, **values):
        """Send a state with other values that has not heard of the page's newest post, and wait until the page has it.

        The same state, which has heard of it, comes back.
        """
        self.desk.synchronise()
        state = state_of(self.desk.history, self.desk.playback, False)
        newest = {**state, "values": {**state["values"], **values}, "heard": self.desk._heard}
        older = {**self.desk._heard, "number": self.desk._heard["number"] - 1}
        self.desk.send({**newest, "heard": older}, [])
        self.desk.send({"kind": "notes", "lines": ["it has come"]}, [])
        self.browser.wait("document.querySelector('.lca-notes').textContent === 'it has come'")
        self.desk.send({"kind": "notes", "lines": []}, [])
        return newest

    def line(self):
        return self.browser.evaluate("document.querySelector('.lca-message').textContent")


def luminance(rgb):
    share = np.array(rgb) / 255
    return float(np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])


def opened(avatars, names, folder):
    """A served desk and its page, loaded; a context."""
    new_desk = lambda send: Desk(avatars, send, Offered(), folder, titles=names)
    return served(new_desk)
