"""Drawn people by style, beside the same people in the wild."""

import json

import pytest
import torch
from PIL import Image

from lca.data.sources import WorldSource, open_source
from lca.errors import UserError
from lca.model.network import LCA
from lca.training.evaluate import Evaluation, evaluate_model
from lca.training.scores import Comparison, Likenesses, Portrait, Score, Views
from lca.training.stylised import PLAIN, Yardstick, style_of, style_sheet, summarise_styles
from tests.world.captures import built


def portrait(who, style, pixels, vectors, psnr=20.0, yardstick=None):
    """Somebody whose solver is so many pixels off; `vectors` describe the photos and the renders."""
    blank = Views(*(torch.zeros(1, channels, 8, 8) for channels in (3, 3, 1, 1)))
    photos, render = (vector[None] for vector in vectors)
    solver: dict[str, Score] = {"pixels": 2 * pixels, "aligned_pixels": pixels, "cm": 1.0, "solved": 1.0}
    groups: dict[str, dict[str, Score]] = {"refined": {"psnr_fg": psnr + 1}, "solver": solver}
    compared = Comparison(groups, blank, Likenesses(photos, photos, render, render))
    scores: dict[str, Score] = {**dict.fromkeys(PLAIN, 1.0), "psnr_fg": psnr}
    return Portrait(who, scores, blank.body, blank, blank, compared, style=style, yardstick=yardstick)


def people(lost=()):
    """Two toons of 6 and 2 pixels and two sketches of 8; in the wild 2 pixels each. Those `lost` look like the next one."""
    vectors, made = torch.eye(4), []
    for place, (style, pixels) in enumerate([("toon", 6.0), ("toon", 2.0), ("sketch", 8.0), ("sketch", 8.0)]):
        twin = portrait(f"wild-{place}", "", 2.0, (vectors[place], vectors[place]), 18.0)
        render = vectors[place ^ 1] if place in lost else vectors[place]
        made.append(portrait(f"drawn-{place}", style, pixels, (vectors[place], render), 20.0 - place, twin))
    return made


def test_styles_have_their_own_means_the_worst_last():
    report, left_out = summarise_styles(people(lost=(2,)))
    assert list(report) == ["toon", "sketch"] and left_out == []
    toon, sketch = report["toon"], report["sketch"]
    assert toon["people"] == 2 and toon["aligned_pixels"] == 4.0 and toon["psnr_fg"] == 19.5
    assert toon["interval95"]["aligned_pixels"] == [2.0, 6.0] and toon["refined_psnr_fg"] == 20.5
    assert toon["wild"]["aligned_pixels"] == 2.0 and toon["wild"]["psnr_fg"] == 18.0
    assert toon["factor"]["aligned_pixels"] == 2.0 and toon["factor"]["interval95"]["aligned_pixels"] == [1.0, 3.0]
    assert sketch["factor"]["pixels"] == 4.0 and sketch["top1_refined"] == 0.5 and toon["top1_refined"] == 1.0
    assert sketch["factor"]["top1_refined"] == 2.0 and sketch["wild"]["top1_refined"] == 1.0


def test_retrieval_asks_among_the_people_of_one_style():
    made = people()
    shared = made[0].comparison.likenesses
    alike = portrait("drawn-9", "sketch", 8.0, (shared.photos[0], torch.eye(4)[2]))
    assert summarise_styles([*made, alike])[0]["toon"]["top1_refined"] == 1.0


def test_nothing_right_has_no_factor():
    report, _ = summarise_styles(people(lost=(2, 3)))
    assert report["sketch"]["top1_refined"] == 0.0 and "top1_refined" not in report["sketch"]["factor"]


def test_photographs_have_no_styles():
    assert summarise_styles([portrait("p", "", 2.0, torch.eye(2))]) == ({}, [])
    assert style_of(open_source(built("wild"), "test")[0]) == "" != style_of(open_source(built("stylised"), "test")[0])


def test_the_sheet_shows_the_worst_person_of_each_style_drawn_and_wild():
    made = people()
    assert style_sheet(made, ["toon", "sketch"]).height == 4 * (256 + 36)
    alone = [portrait(one.identity, one.style, 1.0, torch.eye(2)) for one in made]
    assert style_sheet(alone, ["toon", "sketch"]).height == 2 * (256 + 36)


def test_the_report_of_drawn_people(network: LCA, tmp_path):
    asked = Evaluation(built("stylised"), photos=2, targets=1, yardstick=built("stylised"))
    report = evaluate_model(network, asked, tmp_path)
    assert report == json.loads((tmp_path / "report.json").read_text())
    (style,) = report["stylised"].values()
    assert style["people"] == report["people"] == 1 and style["psnr_fg"] == report["psnr_fg"]
    assert style["wild"]["psnr_fg"] == style["psnr_fg"], "its own pictures are the yardstick"
    assert "aligned_pixels" not in style and style["factor"] == {"interval95": {}}, "nothing was refined"
    with Image.open(tmp_path / "stylised.png") as sheet:
        assert sheet.height == 2 * (256 + 36)


def test_the_yardstick_films_the_very_people(network: LCA, tmp_path):
    recording = WorldSource(built("stylised"), "test")[0]
    found = Yardstick(built("stylised")).of(recording)
    assert found is not None and found[0] == 0 and found[1].row["seed"] == recording.row["seed"]
    asked = Evaluation(built("stylised"), photos=2, targets=1, yardstick=built("wild"))
    with pytest.raises(UserError, match=r"expected the person of stylised-000000 .* --people-of"):
        evaluate_model(network, asked, tmp_path)
    asked = Evaluation(built("wild"), photos=2, targets=1, yardstick=built("stylised"))
    with pytest.raises(UserError, match="expected drawn people beside --yardstick, got photographs of wild-000000"):
        evaluate_model(network, asked, tmp_path)
