"""ARKit's face as CSV: every column arrives in its own action, and the gaze with them."""

import pytest
import torch

from lca.errors import UserError
from lca.formats.motion import read_motion
from lca.formats.motion_file import Conventions
from lca.geometry.body_file import load_body
from lca.geometry.face_joints import psi_of_looks

NAMES = load_body().expression_names
COLUMNS = tuple(name[0].upper() + name[1:] for name in reversed(NAMES))


def table(rows, columns=COLUMNS, codes=None):
    """CSV of rows (one value a column), with a timecode and a count before, as Live Link Face has them."""
    codes = codes or [f"10:00:00:{frame:02d}.123" for frame in range(len(rows))]
    lines = [",".join(["Timecode", "BlendShapeCount", *columns])]
    lines += [",".join([code, "61", *map(str, row)]) for code, row in zip(codes, rows, strict=True)]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def read(tmp_path, text, **options):
    (tmp_path / "face.csv").write_text(text, encoding="utf-8")
    return read_motion(tmp_path / "face.csv", **options)


def test_every_column_arrives(tmp_path):
    rows = [[0.9 if column == frame else 0.0 for column in range(52)] for frame in range(52)]
    file = read(tmp_path, table(rows))
    torch.testing.assert_close(file.motion.actions, 0.9 * torch.eye(52).flip(0))
    torch.testing.assert_close(file.motion.psi, psi_of_looks(file.motion.actions))
    assert file.carried == ("jaw", "face", "gaze")
    assert file.lacking == ("root", "translation", "body", "left hand", "right hand")
    assert not file.motion.theta.any() and not file.motion.translation.any()


def test_rate_is_counted_in_the_timecode_or_taken_for_granted(tmp_path):
    codes = [f"10:00:{frame // 30:02d}:{frame % 30:02d}.5" for frame in range(17, 110)]
    file = read(tmp_path, table([[0.1] * 52] * len(codes), codes=codes))
    assert file.motion.fps == 30 and file.notes == ()
    short = read(tmp_path, table([[0.1] * 52] * 5))
    assert short.motion.fps == 60 and "60 fps taken" in short.notes[0]
    assert read(tmp_path, table([[0.1] * 52] * 5), conventions=Conventions(fps=25.0)).motion.fps == 25


def test_head_rotations_are_told_and_overshoot_is_cut(tmp_path):
    file = read(tmp_path, table([[1.02] * 52 + [0.1, -0.2]], (*COLUMNS, "HeadYaw", "LeftEyePitch")))
    assert file.motion.actions.max() == 1 and "head and eye rotations: not read" in file.notes[-1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table([[0.0] * 51], [c for c in COLUMNS if c != "JawOpen"]), "52 ARKit columns .* without jawOpen:"),
        (table([]), "at least one row"),
        ("", "at least one row"),
        (table([[0.0] * 51]), "expected 54 cells a row .* got 53 in row 1"),
        (table([["nan"] * 52]), "finite numbers for the actions .* frame 0"),
        (table([["a"] * 52]), "expected numbers for the actions"),
        (table([[40.0] * 52]), r"actions in \[0, 1\] .* got 40 to 40"),
        (table([[-0.8] * 52]), r"actions in \[0, 1\]"),
    ],
    ids=["missing column", "no rows", "empty", "short row", "NaN", "words", "per cent", "negative"],
)
def test_bad_tables_are_one_line(tmp_path, text, message):
    with pytest.raises(UserError, match=message) as error:
        read(tmp_path, text)
    assert "\n" not in str(error.value) and "face.csv" in str(error.value)


def other(columns, times, mark, encoding):
    """A table with a column of times, its cells parted by `mark`, with decimal commas where that is no comma."""
    rows = [[f"{time:.3f}", *(f"{0.01 * k:.2f}" for k in range(len(columns)))] for time in times]
    lines = [mark.join(cells) for cells in [["Time", *columns], *rows]]
    text = "\n".join(lines[:1] + [line if mark == "," else line.replace(".", ",") for line in lines[1:]])
    return text.encode(encoding)


@pytest.mark.parametrize(
    ("mark", "encoding", "scale"),
    [(",", "utf-8", 1), (";", "utf-8-sig", 1), ("\t", "utf-16", 1000)],
    ids=["comma", "semicolon", "tab"],
)
def test_other_tables_are_read(tmp_path, mark, encoding, scale):
    (tmp_path / "a.csv").write_bytes(other(NAMES, [scale * k / 25 for k in range(12)], mark, encoding))
    motion = read_motion(tmp_path / "a.csv").motion
    assert motion.fps == 25
    torch.testing.assert_close(motion.actions, 0.01 * torch.arange(52.0).expand(12, -1))


def test_who_does_not_know_the_tongue_leaves_it_at_rest(tmp_path):
    columns = [name for name in NAMES if name != "tongueOut"]
    (tmp_path / "a.csv").write_bytes(other(["_neutral", *columns], [k / 30 for k in range(9)], ",", "utf-8"))
    file = read_motion(tmp_path / "a.csv")
    assert not file.motion.actions[:, NAMES.index("tongueOut")].any() and file.motion.actions.any()
    assert file.notes == ("no column tongueOut: the tongue rests",)
