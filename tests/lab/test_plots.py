"""Charts that follow what is added to them."""

from lca.lab.plots import Curves, bar_chart


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
