"""Charts that follow what is added to them."""

from lca.lab.plots import Curves, bar_chart, clickable


def test_curves_grow_and_new_ones_join():
    curves = Curves("loss", {"driven": ([1], [3.0])})
    curves.show({"driven": ([1, 2], [3.0, 2.0]), "alpha": ([2], [0.5])})
    drawn = {trace.name: (list(trace.x), list(trace.y)) for trace in curves.figure.data}
    assert drawn == {"driven": ([1, 2], [3.0, 2.0]), "alpha": ([2], [0.5])}


def test_the_axis_is_logarithmic_while_it_can_be():
    curves = Curves("loss", {"driven": ([1], [3.0])})
    assert curves.figure.layout.yaxis.type == "log"
    curves.show({"correspondence": ([1], [-0.2])})
    assert curves.figure.layout.yaxis.type == "linear"


def test_bars_stand_side_by_side():
    figure = bar_chart("rates", {"0.65": {"a": 1.0, "b": 0.65}, "1": {"a": 1.0, "b": 1.0}})
    assert [list(bars.y) for bars in figure.data] == [[1.0, 0.65], [1.0, 1.0]] and figure.layout.barmode == "group"


def test_a_click_on_a_point_says_which():
    """Sent as the page sends it."""
    clicked = []
    figure = clickable("three", [(0.0, 0.0), (1.0, 2.0), (2.0, 1.0)], ["#aaaaaa", "#bbbbbb", "#cccccc"], clicked.append)
    points = {"trace_indexes": [0], "point_indexes": [2], "xs": [2.0], "ys": [1.0]}
    event = {"event_type": "plotly_click", "points": points, "device_state": None, "selector": None}
    figure.set_state({"_js2py_pointsCallback": event})
    assert clicked == [2]
    figure.set_state({"_js2py_pointsCallback": event | {"event_type": "plotly_hover"}})
    assert clicked == [2], "to point at one is no click"
