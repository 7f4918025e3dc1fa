"""Our rows stand beside the paper's, and a report that is missing is said so."""

import json

from lca.lab.study_reports import study_table


def test_rows_beside_the_papers(tmp_path):
    measured = {"wild": {"psnr_fg": {"mean": 17.214, "interval95": [16.3, 18.04]}}}
    rows = [
        {"name": "mixed", "paper": {"wild": 27.998}, "worlds": measured},
        {"name": "ours alone", "paper": {}, "worlds": measured},
    ]
    report = {
        "asks": "why?",
        "table": "Table 1",
        "size": "micro",
        "steps": 9,
        "seeds": 3,
        "test": {"wild": {}},
        "rows": rows,
    }
    (tmp_path / "micro").mkdir()
    (tmp_path / "micro" / "scheme.json").write_text(json.dumps(report))
    text = study_table("scheme", reports=tmp_path)._repr_markdown_()
    assert "| mixed | 17.21 (16.30 to 18.04) | 28.00 |" in text
    assert "| ours alone | 17.21 (16.30 to 18.04) |  |" in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_a_missing_report_says_how_to_make_it(tmp_path):
    assert "`lca study gamma --size nano` measures one" in repr(study_table("gamma", "nano", tmp_path))
