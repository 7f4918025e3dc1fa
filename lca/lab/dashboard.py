"""A table of attributes as a dashboard: one chart for each, and a click on a bar shows its people in all the others.

It needs no network: plotly's script travels in the output. Where scripts do not run, the same charts are a picture.
"""

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lca.data.census import Table
from lca.lab.figures import INK, PAPER, column, row
from lca.lab.plots import bars_of, chart_grid

SCRIPT = Path(__file__).parents[1] / "assets" / "dashboard.js"
BINS, WORDS = 14, 12
"""Bars of a chart at most: of numbers, of words."""
OTHER, NOTHING = "other", "–"
ACROSS, CHART = 4, 215
"""Charts in a line, and the height of one in pixels."""
UNITS = {"stature": "m", "age": "years"}
ALL, CHOSEN = "#d3dbe4", "#2f6fb5"


@dataclass(frozen=True)
class Chart:
    """One chart: `places` says in which bar each person is. Bars of words lie, bars of numbers stand."""

    name: str
    labels: list[str]
    places: list[int]
    words: bool

    @property
    def counts(self) -> list[int]:
        """People in each bar."""
        return np.bincount(self.places, minlength=len(self.labels)).tolist()

    @property
    def shares(self) -> list[float]:
        """The same in percent of all."""
        return [100.0 * count / len(self.places) for count in self.counts]


def panels(table: Table) -> list[Chart]:
    """A chart for every attribute in which people differ."""
    charts = [panel(chart_title(name), values) for name, values in table.items()]
    return [chart for chart in charts if len(chart.labels) > 1]


def chart_title(name: str) -> str:
    """An attribute's name as people write it, with its unit."""
    return name.replace("_", " ") + (f" ({UNITS[name]})" if name in UNITS else "")


def panel(name: str, values: Sequence) -> Chart:
    """Numbers in equal steps; words, and numbers of few values, each in a bar of its own, the rarest together."""
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if numeric and len(set(values)) > WORDS:
        edges = np.histogram_bin_edges(np.asarray(values, float), BINS)
        places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1)
        middles = (edges[:-1] + edges[1:]) / 2
        return Chart(name, [f"{middle:.3g}" for middle in middles], places.tolist(), False)
    texts = [str(value) or NOTHING for value in values]
    ranked = [text for text, _ in Counter(texts).most_common()]
    labels = ranked if len(ranked) <= WORDS else [*ranked[: WORDS - 1], OTHER]
    if numeric:
        labels = sorted(labels, key=float)
    place = {text: min(index, len(labels) - 1) for index, text in enumerate(ranked)}
    if numeric:
        place = {text: index for index, text in enumerate(labels)}
    return Chart(name, labels, [place[text] for text in texts], not numeric)


class Dashboard:
    """The charts of a table; in a notebook, the value of a cell is shown."""

    def __init__(self, table: Table):
        self.panels = panels(table)

    def html(self) -> str:
        """A `div` with its script, for a notebook or a page."""
        charts = [{"places": chart.places, "bars": len(chart.labels), "words": chart.words} for chart in self.panels]
        script = SCRIPT.read_text(encoding="utf-8").replace("CHARTS", json.dumps(charts, separators=(",", ":")))
        return figure(self.panels).to_html(full_html=False, include_plotlyjs=True, post_script=script)

    def page(self, title: str) -> str:
        """The same as a page of its own."""
        return f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title>{self.html()}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str | bytes]:
        """Both forms: the notebook's page takes the one that it can show."""
        buffer = io.BytesIO()
        bars(self.panels, ACROSS).save(buffer, format="PNG")
        return {"text/html": self.html(), "image/png": buffer.getvalue()}


def figure(charts: Sequence[Chart]):
    """The plotly figure: of each chart the shares of all people, and over them those of the chosen ones, in percent of them."""
    lines = -(-len(charts) // ACROSS)
    drawn = chart_grid(
        lines,
        ACROSS,
        subplot_titles=[chart.name for chart in charts],
        horizontal_spacing=0.085,
        vertical_spacing=min(0.5 / lines, 0.09 * 4 / lines),
    )
    for index, chart in enumerate(charts):
        for name, colour in (("all", ALL), ("the chosen", CHOSEN)):
            labels = [f"{label} " for label in chart.labels]  # a word to plotly, even where it is a number
            both = (
                {"x": chart.shares, "y": labels, "orientation": "h"}
                if chart.words
                else {"x": labels, "y": chart.shares}
            )
            bar_is, share = ("y", "x") if chart.words else ("x", "y")
            hint = f"%{{{bar_is}}}: %{{{share}:.3g}}% of {name}<extra></extra>"
            bar = bars_of(**both, name=name, marker={"color": colour}, hovertemplate=hint)
            drawn.add_trace(bar, index // ACROSS + 1, index % ACROSS + 1)
        axis = drawn.update_xaxes if chart.words else drawn.update_yaxes
        axis(ticksuffix="%", row=index // ACROSS + 1, col=index % ACROSS + 1)
        if chart.words:
            drawn.update_yaxes(autorange="reversed", row=index // ACROSS + 1, col=index % ACROSS + 1)
    drawn.update_layout(
        barmode="overlay",
        showlegend=False,
        height=CHART * lines + 60,
        margin={"l": 80, "r": 10, "t": 50, "b": 30},
        plot_bgcolor="white",
        font={"size": 10},
        bargap=0.12,
    )
    drawn.update_xaxes(type=None, fixedrange=True, gridcolor="#eeeeee")
    drawn.update_yaxes(fixedrange=True, gridcolor="#eeeeee")
    drawn.update_annotations(font_size=12)
    return drawn


def bars(charts: Sequence[Chart], across: int = ACROSS, width: int = 270, height: int = 190) -> Image.Image:
    """The charts as one picture."""
    drawn = [(lying if chart.words else standing)(chart, width, height) for chart in charts]
    return column([row(drawn[k : k + across], height=height) for k in range(0, len(drawn), across)])


def blank(chart: Chart, width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty chart with its name above."""
    image = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((width // 2, 10), chart.name, fill=INK, anchor="mm", font=ImageFont.load_default(13))
    return image, pen


def standing(chart: Chart, width: int, height: int) -> Image.Image:
    """Bars of numbers."""
    image, pen = blank(chart, width, height)
    step, floor, most = (width - 30) / len(chart.labels), height - 22, max(chart.counts)
    font = ImageFont.load_default(11)
    for index, (label, count) in enumerate(zip(chart.labels, chart.counts, strict=True)):
        left = 15 + index * step
        pen.rectangle([left, floor - (floor - 24) * count / most, left + step - 2, floor], fill=CHOSEN)
        if index % 3 == 0 or len(chart.labels) <= 6:
            pen.text((left + step / 2, floor + 10), label, fill=INK, anchor="mm", font=font)
    return image


def lying(chart: Chart, width: int, height: int) -> Image.Image:
    """Bars of words."""
    image, pen = blank(chart, width, height)
    step, most, font = min(16.0, (height - 24) / len(chart.labels)), max(chart.counts), ImageFont.load_default(11)
    left = 14 + max(font.getlength(label) for label in chart.labels)
    for index, (label, count) in enumerate(zip(chart.labels, chart.counts, strict=True)):
        top = 22 + index * step
        pen.text((left - 5, top + step / 2 - 1), label, fill=INK, anchor="rm", font=font)
        pen.rectangle([left, top, left + (width - 12 - left) * count / most, top + step - 3], fill=CHOSEN)
    return image
