"""A user's hand on a panel in a browser: sliders, buttons and the mouse, and what the user sees."""

import base64
import io

import numpy as np
from PIL import Image

LEFT_ARM, RIGHT_ARM, HEAD, FEET = (18, 20, 28), (19, 21, 43), (15, 23, 24), (7, 8, 10, 11)
LEFT_INDEX, LEFT_THUMB, RIGHT_INDEX = (26, 27), (38, 39), (41, 42)


class Hand:
    """On the panel that is number `place` on its page."""

    def __init__(self, browser, place=0):
        self.browser, self.root = browser, f"document.querySelectorAll('.lca-panel')[{place}]"

    def find(self, selector):
        """JavaScript for an element of the panel."""
        return f"{self.root}.querySelector('{selector}')"

    def push(self, channel, value):
        """Move a slider and let it go."""
        self._choose(f'[data-channel="{channel}"]', value, "input", "change")

    def choose(self, label, value, *events):
        """Give a control a value, and the events that a browser sends of it."""
        self._choose(f'[aria-label="{label}"]', value, *(events or ("change",)))

    def click(self, label):
        self.browser.evaluate(self.find(f'[aria-label="{label}"]') + ".click()")

    def at(self, x, y):
        """A place in the window, from shares of the picture's width and height."""
        left, top, width, height = self.browser.evaluate(
            f"(() => {{ const b = {self.find('.lca-view')}.getBoundingClientRect();"
            "return [b.left, b.top, b.width, b.height]; })()"
        )
        return left + x * width, top + y * height

    def picture(self):
        """What is painted now, as (height, width, 3) numbers."""
        data = self.browser.evaluate(f"{self.find('.lca-view')}.toDataURL('image/png')")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")).astype(int)

    def _choose(self, selector, value, *events):
        told = "".join(f"e.dispatchEvent(new Event('{event}'));" for event in events)
        self.browser.evaluate(f"(() => {{ const e = {self.find(selector)}; e.value = '{value}'; {told} }})()")


def around(person, state, joints, margin=12):
    """The picture's rows and columns about some joints of a person."""
    x, y, _ = state.view.camera(state.look.size).project(person.joints(state)[list(joints)]).unbind(1)
    low, high = (max(0, int(v.min()) - margin) for v in (y, x)), (int(v.max()) + margin for v in (y, x))
    return tuple(slice(a, b) for a, b in zip(low, high, strict=True))


def change(before, after, place):
    """Mean absolute difference of two pictures in a part of them."""
    return float(np.abs(after - before)[place].mean())


def moved(before, after, place):
    """Share of the pixels in a part of two pictures that differ by more than the model's small corrections."""
    return float((np.abs(after - before)[place].max(-1) > 40).mean())
