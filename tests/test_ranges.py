"""Every number of the command line and of the configs has a range, and what is beyond it is told by name."""

import re

import pytest

from lca.__main__ import main
from lca.data.module import AvatarData
from lca.errors import UserError
from lca.model.network import ModelConfig
from lca.ranges import check_number
from lca.training.losses import LossConfig


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 0.5, 9.5])
def test_what_is_no_number_of_the_range_is_told(value):
    check_number("x", 1.0, 1.0, 9.0)
    check_number("x", 9.0, 1.0, 9.0)
    with pytest.raises(UserError, match=re.escape(f"expected x from 1 to 9, got {value:g}")):
        check_number("x", value, 1.0, 9.0)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("animate a --out b", ["--seconds nan", "--seconds inf", "--seconds 1e9", "--seconds -1"]),
        ("animate a --out b", ["--fps nan", "--fps 0", "--size 0", "--size 1000000"]),
        ("player a --out b.html", ["--fps inf", "--seconds nan"]),
        ("create a --out b", ["--refine nan", "--refine -1", "--stature nan", "--stature 175", "--person 0"]),
        ("demo", ["--refine inf"]),
        ("evaluate --data a --out b", ["--people -1", "--people 0", "--views 0", "--views 17", "--targets 0"]),
        ("world build wild --identities 3 --out b", ["--seed -1", "--workers -1", "--workers 9999", "--size 0"]),
        ("world build wild --out b", ["--identities 0", "--identities -3"]),
        ("world verify a", ["--workers 0"]),
        ("world sheet a", ["--captures 0", "--frames -1"]),
        ("world drape", ["--sequences 0", "--frames 0", "--seed -1", "--workers 0"]),
        ("world plan", ["--measure 0"]),
        ("matting fit --data a", ["--steps 0", "--seed -1", "--threads -1"]),
        ("bench render", ["--repeats 0", "--seconds nan"]),
    ],
)
def test_numbers_of_the_command_line(command, options, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for option in options:
        name, value = option.split()
        assert main([*command.split(), name, value]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and re.search(
            rf"expected {name} from \S+ to \S+, got {re.escape(said(value))}", error
        )
    assert list(tmp_path.iterdir()) == []


def said(value: str) -> str:
    """As a message writes the number."""
    return f"{float(value):g}" if re.search("[.en]", value) else value


def test_a_number_of_many_digits_fills_no_screen(capsys):
    with pytest.raises(SystemExit) as left:
        main(["world", "verify", "a", "--workers", "9" * 6000])
    assert left.value.code == 2 and len(capsys.readouterr().err) < 2000


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: LossConfig(face=float("nan")), r"model\.loss\.face from 0 to"),
        (lambda: LossConfig(driven=-1.0), r"model\.loss\.driven from 0 to"),
        (lambda: AvatarData(["a"], batch_size=0), r"data\.batch_size to divide 16, got 0"),
        (lambda: AvatarData(["a"], workers=-1), r"data\.workers from 0 to"),
        (lambda: AvatarData(["a"], targets=0), r"data\.targets from 1 to"),
        (lambda: AvatarData(["a"], seed=-1), r"data\.seed from 0 to"),
        (lambda: AvatarData(["a"], validation_people=0), r"data\.validation_people from 1 to"),
        (lambda: sized("encoder", heads=5), r"encoder\.heads that divide encoder\.width, got 5 heads and width 192"),
        (lambda: sized("fusion", depth=10**6), r"fusion\.depth from 0 to 128, got 1000000"),
        (lambda: sized("encoder", stem=(24, 48, 0)), r"encoder\.stem from 4 to 8192, got 0"),
        (lambda: sized("encoder", stem=(24, 48, 98)), r"encoder\.stem in multiples of 4"),
        (lambda: sized("template", anchors=0), r"template\.anchors from 1 to"),
        (lambda: sized("template", anchors=16384, per_anchor=4096), r"template\.anchors x template\.per_anchor from 1"),
    ],
)
def test_numbers_of_the_configs(make, says):
    with pytest.raises(UserError, match=f"expected {says}"):
        make()


def sized(part: str, **numbers):
    """A part of a network's config with other numbers."""
    return type(getattr(ModelConfig(), part))(**numbers)
