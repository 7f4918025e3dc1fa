"""A face as CSV: the 52 ARKit actions by name, one row a frame, as Live Link Face and its like export them.

Names are compared without regard to case. Cells are parted by commas, semicolons or tabs; decimal commas are read where commas
part nothing. Actions arrive as they are, cut to [0, 1]; the gaze comes from the eight eyeLook columns (see `face_joints`).
The rate is that of a column of times in seconds or milliseconds, else of the `Timecode` column (HH:MM:SS:FF.fff) of a take of
three seconds or more, else 60. Who does not know tongueOut (MediaPipe) leaves it out, and it rests. Head and eye
rotation columns are left out: recorders disagree on their unit and sign.
"""

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.motion_file import Conventions, MotionFile, check_rate, checked, text_of
from lca.geometry.body_file import load_body
from lca.geometry.face_joints import looks_of_psi, psi_of_looks
from lca.geometry.motion import Motion

USUAL_FPS = 60.0
TONGUE = "tongueOut"
TIMES = ("time", "time (s)", "time_s", "seconds", "timestamp", "timestamp_ms", "time_ms", "time (ms)")
"""Columns that say when a row was taken."""
MILLISECONDS = 1.0
"""Steps of time above this are not in seconds."""
ROUNDED = 0.002
"""Share by which a rate may be off a whole number because its times were rounded."""
ROTATIONS = ("headyaw", "headpitch", "headroll", "lefteyeyaw", "lefteyepitch", "righteyeyaw", "righteyepitch")
FULL = 1.5
"""An action above this is not in [0, 1] but in per cent or something else."""


def read_face(path: Path, asked: Conventions) -> MotionFile:
    """Read the 52 actions.

    Raises:
        UserError: no table, a missing column, no rows, a row of another length, values that are no numbers or not in [0, 1].
    """
    header, rows = read_table(path)
    columns = {name.strip().lower(): index for index, name in enumerate(header)}
    names = load_body().expression_names
    missing = [name for name in names if name.lower() not in columns and name != TONGUE]
    if missing:
        raise UserError(
            f"expected the {len(names)} ARKit columns in {path}, got a table without {', '.join(missing[:8])}"
            f"{', ...' if len(missing) > 8 else ''}: export all blend shapes"
        )
    tongue = TONGUE.lower() in columns
    picked = [[row[columns[name.lower()]] if name != TONGUE or tongue else "0" for name in names] for row in rows]
    actions = checked(picked, "the actions", path).float()
    if actions.max() > FULL or actions.min() < 1 - FULL:
        raise UserError(
            f"expected actions in [0, 1] in {path}, got {actions.min():g} to {actions.max():g}: rescale them"
        )
    actions = actions.clamp(0, 1)
    fps, notes = rate(columns, rows, path) if asked.fps is None else (asked.fps, [])
    if not tongue:
        notes.append("no column tongueOut: the tongue rests")
    if set(ROTATIONS) & set(columns):
        notes.append("head and eye rotations: not read, recorders disagree on their unit and sign")
    motion = Motion(
        torch.zeros(len(actions), 156),
        torch.zeros(len(actions), 3),
        actions,
        psi_of_looks(actions),
        fps,
    )
    return MotionFile(motion, "ARKit CSV", ("jaw", "face", "gaze"), tuple(notes))


def write_face(path: str | Path, motion: Motion) -> None:
    """Write the 52 actions in the layout of Live Link Face, and the time in seconds; `read_face` reads them back.

    The eyeLook columns hold the gaze, so far as it turns by at most `lca.geometry.face_joints.LOOK` radians: the format has no
    other place for it. Values have six decimals; root, body and hands are left out.

    Raises:
        UserError: the path does not end in .csv, or the rate is none that a file may have.
    """
    if Path(path).suffix.lower() != ".csv":
        raise UserError(f"expected a face to be written ending in .csv, got {path}: name it so")
    fps = check_rate(motion.fps, path)
    names = load_body().expression_names
    values = dict(zip(names, motion.actions.detach().cpu().clamp(0, 1).unbind(-1), strict=True))
    rows = torch.stack(list((values | looks_of_psi(motion.psi.detach().cpu())).values()), -1).tolist()
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in names), "Time (s)"])
        for frame, row in enumerate(rows):
            seconds = frame / fps
            numbers = (f"{value:.6f}" for value in (*row, seconds))
            table.writerow([timecode(seconds, fps), len(names), *numbers])


def timecode(seconds: float, fps: float) -> str:
    """Seconds from the start as HH:MM:SS:FF.fff, FF.fff counting frames of the second."""
    whole = int(seconds + 1e-6)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{max(0.0, seconds - whole) * fps:06.3f}"


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows, all of one length."""
    text = text_of(path, errors="replace")
    first = text.split("\n", 1)[0]
    mark = max((",", ";", "\t"), key=first.count)
    try:
        table = [row for row in csv.reader(io.StringIO(text), delimiter=mark) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UserError(f"expected a CSV table in {path}, got something else ({error}): export it again") from error
    if len(table) < 2:
        raise UserError(f"expected a header and at least one row in {path}, got {len(table)} lines: export it again")
    for number, row in enumerate(table[1:], 1):
        if len(row) != len(table[0]):
            raise UserError(
                f"expected {len(table[0])} cells a row in {path}, got {len(row)} in row {number}: it is cut short or damaged"
            )
    rows = table[1:] if mark == "," else [[cell.replace(",", ".") for cell in row] for row in table[1:]]
    return table[0], rows


def rate(columns: dict[str, int], rows: list[list[str]], path: Path) -> tuple[float, list[str]]:
    """Frames per second, and what is to be told: steps of time, or rows in each whole second of the timecode, by the median."""
    clock = next((columns[name] for name in TIMES if name in columns), None)
    if clock is not None and len(rows) > 1:
        times = checked([row[clock] for row in rows], "the times", path)
        step = float(times[-1] - times[0]) / (len(rows) - 1)
        if step > 0:
            fps = (1000 if step > MILLISECONDS else 1) / step
            return check_rate(float(round(fps)) if abs(fps - round(fps)) < ROUNDED * fps else fps, path), []
    codes = [row[columns["timecode"]] for row in rows] if "timecode" in columns else []
    seconds = list(Counter(code.rsplit(":", 1)[0] for code in codes if code.count(":") == 3).values())
    if len(seconds) >= 3:  # the first and the last second are cut
        return check_rate(float(np.median(seconds[1:-1])), path), []
    return USUAL_FPS, [f"the file does not tell its frame rate: {USUAL_FPS:g} fps taken"]
