"""The page's script and style, joined from `lca/assets/panel`: one idea a file there, one module for the browser."""

from functools import lru_cache
from html import escape
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets" / "panel"
SCRIPTS = (
    *("icons", "elements", "units", "line", "keys", "aims", "view", "lamp", "timeline", "sliders", "gallery"),
    *("unload", "recording", "exports", "dropped", "tools"),
    "panel",
)
"""Scripts in the order in which they need each other."""


@lru_cache(maxsize=1)
def widget_script() -> str:
    """The ECMAScript module of the notebook's widget."""
    return "\n".join(_read(f"{part}.js") for part in SCRIPTS)


@lru_cache(maxsize=1)
def page_script() -> str:
    """The same for a page of its own, with the WebSocket host."""
    return "\n".join([widget_script(), _read("socket.js")])


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet."""
    return _read("panel.css")


def html(title: str) -> str:
    """A page that shows the panel."""
    return _read("page.html").replace("TITLE", escape(title))


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
