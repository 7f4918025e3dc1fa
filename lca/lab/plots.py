"""Charts for a notebook's page, by plotly: bars, and curves that grow while they are looked at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

HEIGHT = 330
"""Pixels of a chart."""
Curve = tuple[Sequence[int], Sequence[float]]
"""Steps, and a value at each."""


def chart_grid(lines: int, across: int, **look: Any):
    """An empty plotly figure of several charts; `look` is what `make_subplots` takes."""
    from plotly.subplots import make_subplots

    return make_subplots(lines, across, **look)


def bars_of(**look: Any):
    """Bars for a plotly figure; `look` is what `Bar` takes."""
    from plotly.graph_objects import Bar

    return Bar(**look)


class Curves:
    """Curves over steps, as a widget: what is shown below a cell follows what is added. The axis is logarithmic unless some value
    is not positive."""

    def __init__(self, title: str, curves: Mapping[str, Curve] | None = None):
        from plotly.graph_objects import FigureWidget

        self.figure: Any = FigureWidget(layout=layout(title) | {"hovermode": "x unified"})
        self.figure.update_xaxes(title="step")
        self.show(curves or {})

    def show(self, curves: Mapping[str, Curve]) -> None:
        """Draw these curves; those of names that are there already are replaced."""
        known = {trace.name: trace for trace in self.figure.data}
        new = [name for name in curves if name not in known]
        self.figure.add_traces([{"type": "scatter", "mode": "lines", "name": name} for name in new])
        known = {trace.name: trace for trace in self.figure.data}
        with self.figure.batch_update():
            for name, (steps, values) in curves.items():
                known[name].x, known[name].y = list(steps), list(values)
        drawn = [value for trace in self.figure.data for value in trace.y or ()]
        self.figure.layout.yaxis.type = "log" if drawn and min(drawn) > 0 else "linear"


def bar_chart(title: str, series: Mapping[str, Mapping[str, float]]) -> Any:
    """Groups of bars side by side, as a widget: series -> label -> value."""
    from plotly.graph_objects import FigureWidget

    drawn = [
        bars_of(name=name, x=[f"{label} " for label in values], y=list(values.values()))
        for name, values in series.items()
    ]
    return FigureWidget(drawn, layout=layout(title) | {"barmode": "group", "showlegend": len(series) > 1})


def clickable(
    title: str, places: Sequence[Sequence[float]], colours: Sequence[str], clicked: Callable[[int], None]
) -> Any:
    """Points (x, y) in one scale, as a widget: a click on one calls `clicked` with its number."""
    from plotly.graph_objects import FigureWidget

    across, up = zip(*places, strict=True)
    trace = {"type": "scatter", "mode": "markers", "x": across, "y": up, "marker": {"color": colours, "size": 7}}
    figure: Any = FigureWidget([trace], layout=layout(title) | {"height": 2 * HEIGHT, "width": 1.4 * HEIGHT})
    figure.update_yaxes(scaleanchor="x", visible=False)
    figure.update_xaxes(visible=False)
    figure.data[0].on_click(lambda _, points, __: [clicked(point) for point in points.point_inds[:1]])
    return figure


def layout(title: str) -> dict[str, Any]:
    """What all charts share."""
    return {
        "title": {"text": title, "font": {"size": 13}},
        "height": HEIGHT,
        "margin": {"l": 60, "r": 10, "t": 40, "b": 40},
        "plot_bgcolor": "white",
        "font": {"size": 11},
        "xaxis": {"gridcolor": "#eeeeee"},
        "yaxis": {"gridcolor": "#eeeeee"},
    }
