"""Damaged motions: every layout that is read, as bytes, as arrays of an .npz and as JSON."""

import io
import json
import zipfile

import numpy as np
import pytest

from lca.formats.bvh_names import FAMILIES
from lca.formats.motion import read_motion
from lca.formats.motion_npz import write_motion
from lca.motion.named import named_motion
from tests.formats import motions
from tests.formats.bvh_writer import bvh_text
from tests.formats.test_arkit_csv import table
from tests.fuzz.damage import NUMBERS, as_json, damaged, odd, strange

LAYOUTS = (motions.amass_h, motions.amass_x, motions.smplx_npz, motions.motionx_local, motions.motionx_global)


def npz(arrays) -> bytes:
    """An .npz of whatever numpy can write."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def odd_arrays(rng, content: bytes) -> bytes:
    """Arrays missing, of another shape or kind, or with another number in them."""
    with np.load(io.BytesIO(content), allow_pickle=True) as file:
        arrays = dict(file)
    for name in rng.sample(list(arrays), rng.randint(1, 2)):
        array = arrays.pop(name)
        changed = [
            array[None],
            array.reshape(-1),
            array[:0] if array.ndim else array,
            array.astype(str),
            array == array,
        ]
        changed += [
            np.array(rng.choice(NUMBERS)),
            np.array(odd(rng), object),
            np.broadcast_to(array, (2, *array.shape)),
        ]
        if array.dtype.kind == "f" and array.ndim:
            holed = array.copy()
            holed.flat[rng.randrange(array.size)] = rng.choice((np.nan, np.inf, -1e30, 1e300))
            changed += [holed] * 4
        arrays |= {} if rng.random() < 0.15 else {name: rng.choice(changed)}
    return npz(arrays)


def odd_members(rng, content: bytes) -> bytes:
    """Members of the zip that declare arrays of another size or kind than they are, or are huge."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if rng.random() < 0.4:
                shape = rng.choice(
                    ("(10**9, 165)", "(-1,)", "(9999999999999999999999, 3)", "(4000000, 165)", "(((", "()", "'x'")
                )
                kind = rng.choice(("<f8", "|O", "<U999999", "<c16", "V"))
                head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
                head += rng.choice(("", "[" * 5000, "\0"))
                data = (
                    b"\x93NUMPY\x01\x00"
                    + len(head).to_bytes(2, "little")
                    + head.encode()
                    + bytes(rng.choice((0, 100, 10**6)))
                )
            new.writestr(name, data)
    return buffer.getvalue()


def odd_json(rng, content: bytes) -> bytes:
    """Entries missing, of another kind, nested, or odd numbers."""
    return as_json(strange(rng, json.loads(content)))


def odd_words(rng, content: bytes) -> bytes:
    """Numbers and words of a text by others."""
    text = content.decode()
    words = text.split()
    word = rng.choice(words)
    return text.replace(
        word, rng.choice((str(rng.choice(NUMBERS)), "{", "}", "", "JOINT x", "1e999", "9" * 400)), 1
    ).encode()


WAYS = {
    ".npz": (damaged, odd_arrays, odd_members),
    ".json": (damaged, odd_json),
    ".bvh": (damaged, odd_words),
    ".csv": (damaged, odd_words),
}


@pytest.fixture
def files(tmp_path):
    """(suffix, bytes) of a motion of each layout."""
    rng = np.random.default_rng(0)
    pose = {name: rng.uniform(-0.3, 0.3, (motions.FRAMES, width)) for name, width in motions.WIDTHS.items()}
    pose["betas"] = np.zeros(10)
    paths = [layout(tmp_path / f"{layout.__name__}.npz", pose) for layout in LAYOUTS]
    write_motion(tmp_path / "own.npz", named_motion("walk", 0.5, 8.0))
    theta, translation = rng.uniform(-0.3, 0.3, (3, 156)), np.zeros((3, 3))
    (tmp_path / "a.bvh").write_text(bvh_text(theta, translation, FAMILIES["CMU"]))
    (tmp_path / "a.csv").write_text(table(rng.uniform(0, 1, (5, 52)).round(2).tolist()), encoding="utf-8")
    return [
        (path.suffix, path.read_bytes())
        for path in (*paths, *(tmp_path / name for name in ("own.npz", "a.bvh", "a.csv")))
    ]


def test_whole_files_are_taken(files, tmp_path):
    for place, (suffix, content) in enumerate(files):
        (path := tmp_path / f"whole_{place}{suffix}").write_bytes(content)
        assert len(read_motion(path).motion) > 2


def test_motions(attacked, files):
    def enter(rng, folder):
        suffix, content = rng.choice(files)
        path = folder / f"motion{suffix}"
        path.write_bytes(rng.choice(WAYS[suffix])(rng, content))
        motion = read_motion(path, rng.choice((None, None, 24.0))).motion
        return [motion.theta, motion.translation, motion.actions, motion.psi, motion.fps]

    attacked("motions", enter, cases=1000)


def test_frames_of_a_folder_and_mappings(attacked, tmp_path):
    pose = motions.parts()
    whole = motions.lhm(tmp_path / "lhm.npz", pose)
    frames = {path.name: path.read_bytes() for path in sorted((whole / "smplx_params").iterdir())}
    (bvh := tmp_path / "a.bvh").write_text(bvh_text(np.zeros((3, 156)), np.zeros((3, 3)), FAMILIES["CMU"]))

    def enter(rng, folder):
        chosen = rng.choice(list(frames))
        for name, content in frames.items():
            wounded = rng.choice((damaged, odd_json))(rng, content) if name == chosen else content
            (folder / name).write_bytes(wounded)
        if rng.random() < 0.3:
            (folder / "map.json").write_bytes(
                rng.choice((damaged, odd_json))(rng, json.dumps({"left_hip": "LThigh"}).encode())
            )
            return [read_motion(bvh, mapping=folder / "map.json").motion.theta]
        motion = read_motion(folder).motion
        return [motion.theta, motion.translation, motion.actions, motion.psi]

    attacked("motion folders", enter, cases=300)
