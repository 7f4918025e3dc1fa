"""Studies and sizes as they are shipped, and what is wrong with others."""

import json
from dataclasses import replace

import pytest

from lca.errors import UserError
from lca.studies.catalogue import step_seconds
from lca.studies.design import HEADS, SCHEME, STUDIES, Link, Size, Study, Trial, known_studies, read_size, read_study
from lca.studies.runs import TrainingRun, config_of, runs_of
from lca.studies.scoring import exams, probed_exams

MICRO = read_size("micro")
PRETRAINED = Link("pretrain", ["wild"], 0.7)


def names_of(study: Study, seed: int = 0) -> set[str]:
    return {run.name for row in study.rows for run in runs_of(row, MICRO, seed)}


def test_every_study_asks_something_of_worlds_that_every_size_has():
    assert {"scheme", "scheme_free", "scaling", "gamma", "branches", "crops", "views", "transport", "emergent"} == set(
        known_studies()
    )
    for size in (read_size(path.stem) for path in (STUDIES / "sizes").glob("*.yaml")):
        assert all(size.config(stage).is_file() for stage in SCHEME + HEADS)
        for study in map(read_study, known_studies()):
            assert study.seeds >= 3 and study.asks.endswith("?")
            used = {name for row in study.rows for link in row.chain for name in link.data}
            assert used <= set(size.train)
            assert {world for row in study.rows for world in row.paper} <= set(size.test)
            assert {measure.world for measure in study.measures} <= set(size.probed)


def test_rows_of_a_study_take_the_same_number_of_steps():
    for study in map(read_study, known_studies()):
        steps = {sum(run.steps for run in runs_of(row, MICRO, 0)) for row in study.rows}
        assert len(steps) == 1 and (study.measures or steps == {MICRO.steps}), study.name


def test_scaling_spans_a_decade_and_a_half_of_people():
    options = [o for row in read_study("scaling").rows for link in row.chain for o in link.overrides]
    people = [int(o.partition("=")[2]) for o in options if o.startswith("--data.people=")]
    everybody = MICRO.train["wild"].manifest().captures["train"]
    assert len(people) >= 3 and everybody / min(people) >= 10**1.5


def test_studies_share_the_runs_that_are_equal():
    scheme, gamma, scaling, views = (names_of(read_study(name)) for name in ("scheme", "gamma", "scaling", "views"))
    assert views < scheme and len(gamma & scheme) == len(scaling & scheme) == 2
    assert not scheme & names_of(read_study("scheme"), seed=1)
    assert len(names_of(read_study("emergent")) & scaling) == len(read_study("emergent").rows)


def test_a_run_is_named_by_all_that_decides_it():
    run = TrainingRun(PRETRAINED, MICRO, 0)
    others = [
        replace(run, link=replace(PRETRAINED, overrides=["--data.people=5"])),
        replace(run, link=replace(PRETRAINED, data=["studio"])),
        replace(run, link=replace(PRETRAINED, share=0.71)),
        replace(run, size=replace(MICRO, configs={**MICRO.configs, "pretrain": "configs/tiny_pretrain.yaml"})),
        replace(run, size=replace(MICRO, train={"wild": replace(MICRO.train["wild"], seed=3)})),
        replace(run, seed=1),
        replace(run, before=run),
    ]
    assert len({each.name for each in [run, *others]}) == len(others) + 1
    assert run.name == TrainingRun(PRETRAINED, replace(MICRO, targets=1), 0).name  # how it is measured decides nothing


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Link("refine", ["wild"]), "expected a stage of pretrain, posttrain, garments, relight, got 'refine'"),
        (lambda: Link("pretrain", []), "at least one world"),
        (lambda: Link("pretrain", ["wild"], 0.0), "expected share from"),
        (lambda: Link("pretrain", ["wild"], 1.0, ["--data=3"]), "expected --data.KEY=VALUE"),
        (lambda: Trial("a", []), "at least one stage in the chain of 'a'"),
        (lambda: Trial("a", [Link("posttrain", ["wild"])]), "begin with pretrain"),
        (lambda: Trial("a", [Link("garments", ["runway"])]), "begin with pretrain"),
        (lambda: Trial("a", [PRETRAINED], photos=17), "expected photos of 'a' from 1 to 16, got 17"),
        (
            lambda: Study("s", "a?", "t", "b", [Trial("a", [PRETRAINED])]),
            "expected rows of different names, 'b' among them",
        ),
        (lambda: replace(read_study("scheme"), seeds=0), "expected seeds from 1"),
        (lambda: read_study("scheme").only(["mixd"]), "expected rows among .*, got 'mixd'"),
        (lambda: read_study("shceme"), "expected a study among .*scheme"),
        (lambda: read_size("huge"), "expected a size among micro, nano, nano96, pico, small, got 'huge'"),
        (
            lambda: replace(MICRO, configs={"pretrain": "a.yaml"}),
            "expected configs of pretrain, posttrain, garments, relight",
        ),
        (lambda: replace(MICRO, test=MICRO.train), "whom nobody trained on, got the same seed for wild"),
        (lambda: replace(MICRO, probed={"runway": MICRO.train["runway"]}), "got the same seed for runway"),
        (
            lambda: runs_of(Trial("a", [Link("pretrain", ["moon"])]), MICRO, 0)[0].name,
            "among wild, studio, runway, lightstage, got 'moon'",
        ),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(UserError, match=message):
        make()


def test_a_misspelt_key_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("lca.studies.design.STUDIES", tmp_path)
    (tmp_path / "odd.yaml").write_text("asks: a?\ntable: t\nbest: a\nrwos: []\n")
    with pytest.raises(UserError, match=r"study odd.*rwos") as error:
        read_study("odd")
    assert "\n" not in str(error.value)


def test_sizes_are_checked_like_any_number():
    with pytest.raises(UserError, match="expected steps from 1"):
        Size(0, MICRO.configs, MICRO.train, MICRO.test)


def test_a_size_says_how_small_its_pictures_are_and_is_examined_on_such():
    nano = read_size("nano")
    assert (nano.shrink, MICRO.shrink) == (2, 1)
    assert {exam.shrink for exam in exams(nano).values()} == {2}
    assert exams(nano)["wild"].name != exams(MICRO)["wild"].name and nano.test == MICRO.test
    asked = [exam for name in ("nano", "pico") for exam in probed_exams(read_size(name)).values()]
    assert {exam.world.size // exam.shrink for exam in asked} == {64}


def test_a_step_costs_what_steps_of_the_same_size_took(tmp_path, monkeypatch):
    monkeypatch.setattr("lca.studies.catalogue.measured_step", lambda size: 0.1)
    for place, seconds in enumerate((0.5, 0.6, 0.9)):
        (tmp_path / "runs" / str(place)).mkdir(parents=True)
        done = {"step_seconds": seconds, "run": {"config": config_of(MICRO.config("pretrain"))}}
        (tmp_path / "runs" / str(place) / "run.json").write_text(json.dumps(done))
    assert step_seconds(MICRO, tmp_path) == 0.6 and step_seconds(read_size("nano"), tmp_path) == 0.1
