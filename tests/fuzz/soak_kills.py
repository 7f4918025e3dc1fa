"""Commands ended by signals at seeded moments: what stands under a final name is whole, and work goes on. For `make soak`.

`LCA_SOAK_KILLS` asks for more or fewer of each command, `LCA_FUZZ_SEED` for other moments. A command that is done before its
signal comes does not count.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.matting.cutout import cut_out_people
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.tracking.finder import load_finder
from tests.fuzz.harness import LINES, SEED
from tests.world.captures import built

KILLS = int(os.environ.get("LCA_SOAK_KILLS", "20"))
SIGNALS = (*[signal.SIGKILL] * 6, *[signal.SIGTERM] * 2, *[signal.SIGINT] * 2)
FIT = "fit --config configs/tiny_pretrain.yaml --trainer.limit_val_batches=0 --trainer.accelerator=cpu --trainer.max_steps=12"
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import lca.__main__
if sys.argv[1] == "pretrain":
    try:
        import lca.training.experiment
    except KeyboardInterrupt:
        sys.exit(130)
    lca.training.experiment.CHECKPOINT_STEPS = 2
sys.exit(lca.__main__.main(sys.argv[1:]))
"""
"""The command line, also where background jobs ignore Ctrl-C; training saves often."""
KILLED = "| command | ended by KILL / TERM / INT | too late | losses | processes left | tracebacks |\n|---|---|---|---|---|---|"


class Killed:
    """Runs a command again and again. `whole(done)` judges what stands in its folder; where the run was done, all begins anew."""

    def __init__(self, words: list[str], folder: Path, whole: Callable[[bool], bool]):
        self.words, self.folder, self.whole = words, folder, whole
        self.chance, self.count = Random(f"{words[0]} {SEED}"), dict.fromkeys(SIGNALS, 0)
        self.late, self.losses, self.left, self.traces = 0, [], 0, []

    def run(self, number: signal.Signals | None = None, after: float = 900.0) -> int:
        """The exit code of the command, which gets a signal `after` so many seconds; Ctrl-C goes to its children too."""
        command, said = [sys.executable, "-c", COMMAND, *self.words], self.folder.with_suffix(".txt")
        with (
            said.open("w") as log,
            subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True) as process,
        ):
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number or signal.SIGKILL)
            code = process.wait(120)
        if not ended(process.pid):
            self.left += 1
            os.killpg(process.pid, signal.SIGKILL)
        if "Traceback" in (text := said.read_text()):
            self.traces.append(text[-3000:])
        return code

    def soak(self, seconds: float) -> None:
        """`KILLS` endings between start-up and end of a command that takes so many seconds, then a run to the end."""
        for case in range(3 * KILLS):
            if sum(self.count.values()) == KILLS:
                break
            number = SIGNALS[case % len(SIGNALS)]
            code = self.run(number, seconds * self.chance.uniform(0.2, 1.0))
            done = code == 0
            self.late, self.count[number] = self.late + done, self.count[number] + (not done)
            if not self.whole(done) or code not in (0, -number, 128 + number):
                self.losses.append(f"case {case}: {number.name}, exit code {code}")
        for path in self.folder.rglob(".*"):
            os.utime(path, (1, 1))
        code, hidden = self.run(), list(self.folder.rglob(".*.lca-*"))
        if code or hidden or not self.whole(True):
            self.losses.append(f"the run after them: {code}, {hidden}")
        count = " / ".join(str(each) for each in self.count.values())
        found = f"{len(self.losses)} | {self.left} | {len(self.traces)}"
        LINES.extend([KILLED] * (KILLED not in LINES) + [f"| {self.words[0]} | {count} | {self.late} | {found} |"])
        assert not (self.losses or self.left or self.traces), "\n".join([*self.losses, *self.traces])


def ended(group: int) -> bool:
    """Whether every process of a group ends by itself."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("name", ["create", "animate", "export"])
def test_a_file_is_the_old_one_or_the_new_one(name, tmp_path):
    photo, person = load_example().photos[0], tmp_path / "person.avatar"
    load_model().reconstruct(cut_out_people(read_pictures([photo]), load_finder())).save(person)
    out = tmp_path / "out" / {"create": "x.avatar", "animate": "x.mp4", "export": "x.glb"}[name]
    words = {
        "create": [str(photo), "--refine", "2"],
        "animate": [str(person), "--motion", "walk", "--seconds", "1", "--size", "128"],
        "export": [str(person)],
    }[name]
    new = b""

    def whole(done: bool) -> bool:
        held, shown = out.read_bytes(), [path.name for path in out.parent.glob("[!.]*")]
        fresh = len(Avatar.load(out).canonical) > 0 if name == "create" and held != b"old" else held == new
        out.write_bytes(b"old")
        return shown == [out.name] and (fresh or (held == b"old" and not done))

    killed = Killed([name, *words, "--out", str(out)], out.parent, whole)
    out.parent.mkdir()
    assert killed.run() == 0
    started = time.monotonic()
    assert killed.run() == 0
    seconds, new = time.monotonic() - started, out.read_bytes()
    out.write_bytes(b"old")
    killed.soak(seconds)


@pytest.mark.parametrize("name", ["world", "pretrain"])
def test_work_goes_on_and_ends_as_if_nothing_had_been(name, tmp_path):
    folder = tmp_path / "out"
    words, made = {
        "world": (f"build wild --identities 3 --seed 5 --size 64 --workers 1 --out {folder}", "data/[!.]*"),
        "pretrain": (
            f"{FIT} --data.folders=[{built('wild')}] --trainer.default_root_dir={folder}",
            "[!.]*.safetensors",
        ),
    }[name]
    right: dict[str, bytes] = {}

    def whole(done: bool) -> bool:
        held = {path.name: path.read_bytes() for path in folder.glob(made)}
        if done:
            shutil.rmtree(folder)
            return held == right
        early = name == "pretrain" and all(load_model(path) for path in folder.glob(made))
        return early or held.items() <= right.items()

    killed = Killed([name, *words.split()], folder, whole)
    started = time.monotonic()
    assert killed.run() == 0
    seconds, right = time.monotonic() - started, {path.name: path.read_bytes() for path in folder.glob(made)}
    shutil.rmtree(folder)
    killed.soak(seconds)
