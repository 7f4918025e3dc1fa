"""What the world costs is computed, and the README says what was computed."""

import pyarrow.parquet as pq
import pytest

from lca.__main__ import main
from lca.errors import UserError
from lca.formats.captures import PICTURES
from lca.formats.rows import Rows
from lca.world.folders.plan import amount, duration, markdown, plan, rounded
from lca.world.folders.presets import BROAD, PRESETS, builds
from lca.world.folders.rates import RECORDED, Rate, measure, read_rates, write_rates
from lca.world.stages.capture import STAGES
from tests.house.tree import ROOT
from tests.world.captures import built


def test_a_million_people():
    lines = {(line.preset, line.stage): line for line in plan({"wild": Rate(1.8, 400_000, 8)})}
    large = lines["large", "wild"]
    assert (large.people, large.pictures, large.core_hours, large.bytes) == (10**6, 8 * 10**6, 500.0, 4 * 10**11)
    assert large.hours == 500.0 / PRESETS["large"].cores
    assert lines["large", "all"].bytes == large.bytes and ("large", "studio") not in lines
    assert "| large | wild | 1,000,000 | 8,000,000 | 500 | 512 | 59 min | 400 GB |" in markdown(list(lines.values()))


def test_numbers_read_well():
    assert [rounded(value) for value in (1234.0, 0.0521, 2.0)] == ["1,200", "0.052", "2"]
    assert [duration(hours) for hours in (0.01, 0.5, 30.0, 100.0)] == ["36 s", "30 min", "30 h", "4.2 days"]
    assert [amount(size) for size in (5e4, 2.34e6, 4e11, 3e12)] == ["50 kB", "2.3 MB", "400 GB", "3 TB"]


def test_the_readme_has_the_table_of_the_recorded_rates():
    assert markdown(plan(read_rates())) in (ROOT / "README.md").read_text(), "paste what `lca world plan` prints"


def test_presets_build_every_stage_from_seeds_of_their_own():
    for preset, size in PRESETS.items():
        every = builds(preset)
        assert list(every) == list(STAGES) and len({what.seed for what in every.values()}) == len(STAGES)
        assert {what.identities for stage, what in every.items() if stage != BROAD} == {size.deep}
    assert builds("large")["wild"].identities == 10**6
    with pytest.raises(UserError, match="expected a preset among tiny, small, large, got 'huge'"):
        builds("huge")


def test_rates_are_measured_and_kept(tmp_path, monkeypatch):
    row = Rows(pq.read_table(next((built("wild") / "data").glob("test-*"))))[0]
    row |= {column: [file["bytes"] for file in row[column]] for column in PICTURES}
    drawn = []
    monkeypatch.setattr("lca.world.folders.rates.capture", lambda *what: drawn.append(what) or row)
    rate = measure("wild", 2)
    assert drawn == [("wild", 0, 0, 256), ("wild", 0, 1, 256), ("wild", 0, 2, 256)]
    assert rate.pictures == 8 and sum(map(len, row["image"])) < rate.bytes < 2e6
    write_rates({"wild": rate}, tmp_path / "rates.json")
    assert read_rates(tmp_path / "rates.json") == {"wild": rate}


def test_bad_rates(tmp_path, capsys):
    (tmp_path / "rates.json").write_text('{"wild": {"seconds": 3}}')
    for path, says in ((tmp_path / "none.json", "got no such file"), (tmp_path / "rates.json", "got something else")):
        assert main(["world", "plan", "--rates", str(path)]) == 2
        assert says in capsys.readouterr().err
    assert read_rates(RECORDED).keys() <= set(STAGES)
