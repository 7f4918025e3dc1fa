"""Attributes as charts: counted right, said before they are drawn, and choosing works in a browser."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lca.data.census import census, table
from lca.data.datasets import load_world
from lca.formats.captures import SPLITS
from lca.lab.browser import Browser
from lca.lab.dashboard import Dashboard, bars, panel, panels
from tests.world.captures import built


def test_the_census_knows_what_the_build_records():
    people = census(5, 3)
    for split in SPLITS:
        row = load_world(built("wild"), split)[0]
        index = int(row["identity"].split("-")[1])
        told = json.loads(row["attributes"])
        assert {name: people[name][index] for name in told} == told
        assert people["light"][index] == json.loads(row["scene"])["light"]
        assert people["photos"][index] == len(row["image"])
    assert all(1.3 < tall < 2.2 for tall in people["stature"])


def test_records_with_different_attributes_make_one_table():
    assert table([{"hat": "cap"}, {"age": 30}]) == {"hat": ["cap", ""], "age": ["", 30]}


def test_numbers_stand_in_steps_and_words_lie_by_frequency():
    heights = panel("stature", [1.5 + 0.01 * k for k in range(50)])
    assert not heights.words and sum(heights.counts) == 50 and heights.places == sorted(heights.places)
    hats = panel("hat", ["cap", "", "cap", "hood"])
    assert hats.words and hats.labels[0] == "cap" and hats.counts == [2, 1, 1] and "–" in hats.labels
    few = panel("photos", [32, 8, 8, 16])
    assert few.labels == ["8", "16", "32"] and few.counts == [2, 1, 1] and not few.words


def test_charts_are_shares_and_name_their_unit():
    (chart,) = panels({"stature": [1.5, 1.7, 1.7, 1.8]})
    assert chart.name == "stature (m)" and chart.shares == [25, 50, 25]
    assert Dashboard({"stature": [1.5, 1.7]}).html().count("% of") >= 2


def test_rare_words_share_a_bar():
    many = panel("print", [f"p{k}" for k in range(30) for _ in range(31 - k)])
    assert len(many.labels) == 12 and many.labels[-1] == "other"
    assert sum(many.counts) == sum(range(2, 32)) and many.counts[0] == 31


def test_what_all_share_has_no_chart():
    charts = panels({"same": ["a", "a"], "hair_style": ["a", "b"]})
    assert [chart.name for chart in charts] == ["hair style"]
    assert bars(charts, width=100, height=80).size == (100, 80)


@pytest.mark.browser
def test_a_click_shows_the_people_of_a_bar_everywhere(tmp_path):
    people = {
        "hair": ["long", "long", "short", "long"],
        "light": ["sun", "night", "sun", "sun"],
        "photos": [8, 8, 16, 8],
    }
    (tmp_path / "index.html").write_text(Dashboard(people).page("people"), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    plot = "document.querySelector('.plotly-graph-div')"
    chosen = lambda chart, axis: browser.evaluate(f"Array.from({plot}.data[{2 * chart + 1}].{axis})")
    with Browser(900, 500) as browser:
        browser.go(f"http://127.0.0.1:{server.server_port}/index.html")
        browser.wait("document.querySelectorAll('.bars .point').length >= 12")
        assert chosen(0, "x") == [75, 25] and chosen(2, "y") == [75, 25]  # percent of all
        for _, hair, light, photos in ((0, [0, 100], [100, 0], [0, 100]), (1, [75, 25], [75, 25], [75, 25])):
            browser.evaluate(f"{plot}.emit('plotly_click', {{points: [{{curveNumber: 1, pointNumber: 1}}]}})")
            assert (chosen(0, "x"), chosen(1, "x"), chosen(2, "y")) == (hair, light, photos)
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
