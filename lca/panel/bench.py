"""`lca bench panel`: what a hand on the panel feels, measured in a real browser on this machine.

The server runs in this process, the browser beside it. A latency ends when the browser comes round to composite the picture
that shows the event: the frame after the one in which it was painted.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from lca.data.example import load_example
from lca.lab.browser import Browser
from lca.model.avatar import Avatar
from lca.panel.desk import Desk
from lca.panel.local import served
from lca.panel.motions import Offered
from lca.panel.sharpening import SHARPENING

SLIDES = 120
DRAG_SECONDS, IDLE_SECONDS = 5.0, 5.0
RATE = 60.0
"""Mouse events a second while dragging."""
WATCH = """
window.painted = [];
document.addEventListener("lca:frame", (event) => {
  const { stamp, time } = event.detail;
  requestAnimationFrame(() => window.painted.push({ at: performance.now(), stamp, time }));
});
"""
SLIDE = """
(async () => {
  const input = document.querySelector('[data-channel="left_elbow.bend"]');
  const latencies = [];
  for (let k = 0; k < COUNT; k++) {
    window.painted.length = 0;
    const start = performance.now();
    input.value = 10 + (k * 37) % 120;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    while (!window.painted.some((frame) => frame.stamp >= start)) await new Promise((go) => setTimeout(go, 1));
    latencies.push(window.painted.find((frame) => frame.stamp >= start).at - start);
    await new Promise((go) => setTimeout(go, 20));
  }
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return latencies;
})()
"""
PLACE = """
(() => {
  const box = document.querySelector(".lca-view").getBoundingClientRect();
  return [box.left, box.top, box.width, box.height];
})()
"""
COUNT = "window.painted.length"


def bench(avatar: Avatar, play_seconds: float) -> dict[str, Any]:
    """Latency of a slider, pictures a second while dragging and playing, memory and load at rest; 512 x 512."""
    with tempfile.TemporaryDirectory(prefix="lca-bench-") as folder:
        with (
            served(lambda send: Desk([avatar], send, Offered(), Path(folder))) as (address, desks),
            Browser() as browser,
        ):
            browser.go(address)
            browser.wait("document.querySelector('.lca-view')?.dataset.frame > 0")
            browser.wait("document.querySelectorAll('.lca-gallery img[src]').length > 10")
            browser.evaluate(WATCH)
            browser.evaluate(SLIDE.replace("COUNT", "10"))
            report = {
                "latency_ms": _latency(browser),
                "drag_fps": _drag(browser),
                **_play(browser, play_seconds),
                "while_sharpening": _sharpening(browser, desks),
            }
            return {**report, "gaussians": len(avatar.canonical), "size": 512}


def _latency(browser: Browser) -> dict[str, float]:
    """Of a slider, milliseconds."""
    latencies = sorted(browser.evaluate(SLIDE.replace("COUNT", str(SLIDES))))
    return {"p50": _share(latencies, 0.5), "p95": _share(latencies, 0.95)}


def _sharpening(browser: Browser, desks: list[Desk]) -> dict[str, Any]:
    """The same while the example's photos are refined beside the panel, and how fast that goes meanwhile."""
    desk, photos = desks[-1], load_example().photos
    desk.receive({"kind": "photos", "names": [path.name for path in photos]}, [path.read_bytes() for path in photos])
    browser.wait(f"document.querySelector('.lca-work span').textContent.startsWith('{SHARPENING} ')")
    begun, first = time.perf_counter(), _step(browser)
    measured = {"latency_ms": _latency(browser), "drag_fps": _drag(browser)}
    steps, seconds = _step(browser) - first, time.perf_counter() - begun
    desk.receive({"kind": "stop"})
    browser.wait("document.querySelector('.lca-work').hidden")
    return {**measured, "steps_per_second": round(steps / seconds, 2)}


def _step(browser: Browser) -> int:
    return browser.evaluate("document.querySelector('.lca-work progress').value")


def _share(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def _drag(browser: Browser) -> float:
    """Pictures painted a second while the mouse drags at `RATE` events a second."""
    left, top, width, height = browser.evaluate(PLACE)
    x, y = left + width / 2, top + height / 2
    browser.mouse("mousePressed", x, y)
    browser.evaluate("window.painted.length = 0")
    start = time.perf_counter()
    step = 0
    while (now := time.perf_counter() - start) < DRAG_SECONDS:
        step += 1
        x += 3 if step % 100 < 50 else -3
        browser.mouse("mouseMoved", x, y)
        time.sleep(max(0.0, step / RATE - now))
    count, seconds = browser.evaluate(COUNT), time.perf_counter() - start
    browser.mouse("mouseReleased", x, y)
    return round(count / seconds, 1)


def _play(browser: Browser, play_seconds: float) -> dict[str, float]:
    """A walk: pictures a second, growth of this process's memory, and its load after the pause."""
    process = psutil.Process()
    browser.evaluate("(() => { const s = document.querySelector('[aria-label=Motion]'); s.value = 'walk'; "
                     "s.dispatchEvent(new Event('change')); })()")  # fmt: skip
    browser.wait("!document.querySelector('[aria-label=Play]').disabled")
    browser.evaluate("document.querySelector('[aria-label=Play]').click()")
    time.sleep(2.0)
    memory = process.memory_info().rss
    browser.evaluate("window.painted.length = 0")
    start = time.perf_counter()
    time.sleep(play_seconds)
    count, seconds = browser.evaluate(COUNT), time.perf_counter() - start
    grown = process.memory_info().rss - memory
    browser.evaluate("document.querySelector('[aria-label=Pause]').click()")
    time.sleep(4.0)
    busy = time.process_time()
    time.sleep(IDLE_SECONDS)
    return {
        "playback_fps": round(count / seconds, 1),
        "play_seconds": round(seconds, 1),
        "memory_growth_mb": round(grown / 2**20, 1),
        "idle_cpu_percent": round(100 * (time.process_time() - busy) / IDLE_SECONDS, 2),
    }
