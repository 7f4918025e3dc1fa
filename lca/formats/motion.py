"""One door for other people's motions: AMASS, SMPL-X, LHM, ExAvatar, Motion-X, BVH, ARKit's face, and our own files."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from lca.errors import UserError
from lca.formats.arkit_csv import read_face
from lca.formats.bvh import parse_bvh
from lca.formats.bvh_motion import read_bvh
from lca.formats.bvh_names import read_mapping, write_mapping
from lca.formats.motion_file import Conventions, MotionFile, check_rate
from lca.formats.motion_json import read_annotations, read_frames
from lca.formats.motion_npz import read_npz
from lca.geometry.resampling import between, positions, resampled

READERS: dict[str, Callable[[Path, Conventions], MotionFile]] = {
    ".npz": read_npz,
    ".json": read_annotations,
    ".csv": read_face,
}
MOST_FRAMES = 200_000
"""After resampling: two hours at 24 fps."""
AS_THE_LAYOUT_HAS_IT = Conventions()


def read_motion(
    path: str | Path,
    fps: float | None = None,
    mapping: str | Path | None = None,
    conventions: Conventions = AS_THE_LAYOUT_HAS_IT,
    seconds: float | None = None,
) -> MotionFile:
    """Read a motion; its layout is found by what the file holds.

    | layout | carries | axes, hands |
    |---|---|---|
    | .npz, AMASS SMPL-H (poses 156) | root, translation, body, hands | z up, flat |
    | .npz, AMASS SMPL-X (poses 165) | and jaw, gaze (of `write_amass`: the face) | z up, flat |
    | .npz, SMPL-X fields by name | what it has | y up, flat (or `flat_hand_mean`) |
    | folder of .json, LHM / ExAvatar | all but the face's actions | camera's; flat / from the mean hand |
    | .json, Motion-X local / global | all but actions and gaze | camera's, from the mean / seen by the camera, flat |
    | .bvh | root, translation, body, hands that it names | that of the rest pose |
    | .csv, ARKit | face, gaze | - |
    | .npz of `write_motion` | everything | ours |

    `fps` resamples (None: the file's own rate); `mapping` is a file for `lca.formats.bvh_names.read_mapping`; `conventions`
    override what the layout takes for granted. `seconds` says that no more of it is wanted: a .bvh is read no further than these
    need. What the file lacks rests, and the result says so.

    Raises:
        UserError: no such file, no known layout, damaged, empty, another number of joints, NaN, a mapping without a .bvh.
    """
    path = Path(path)
    if fps is not None:
        check_rate(fps, "the result")
    if not path.exists():
        raise UserError(f"expected a motion file, got {path} (no such file): check the name")
    bvh = path.suffix.lower() == ".bvh"
    if mapping is not None and not bvh:
        raise UserError(f"expected a .bvh file with a mapping, got {path}: leave the mapping out")
    if path.is_dir():
        motion = read_frames(path, conventions)
    elif bvh:
        if mapping is not None and not Path(mapping).exists():
            begin_mapping(Path(mapping), path)
        motion = read_bvh(path, None if mapping is None else read_mapping(mapping), conventions, seconds)
    elif path.suffix.lower() in READERS:
        motion = READERS[path.suffix.lower()](path, conventions)
    else:
        raise UserError(f"expected a motion in .npz, .json, .bvh, .csv or a folder of .json, got {path}: convert it")
    return motion if fps is None else at_rate(motion, fps)


def begin_mapping(mapping: Path, path: Path) -> NoReturn:
    """Write a mapping file for a .bvh that has none. Raises: UserError: always, saying what to do with it."""
    names = [joint.name for joint in parse_bvh(path, 0.0).joints]
    write_mapping(mapping, names)
    some = ", ".join(names[:60]) + (", ..." if len(names) > 60 else "")
    raise UserError(
        f"expected a mapping in {mapping}, got no such file: it is written now; where it says null put the names of {path} "
        f"({some}), then run again"
    )


def at_rate(file: MotionFile, fps: float) -> MotionFile:
    """The file's motion, and the expression that goes with it, at `fps` frames per second.

    Raises:
        UserError: it would have more frames than fit into memory.
    """
    frames = len(file.motion) * fps / file.motion.fps
    if frames > MOST_FRAMES:
        raise UserError(f"expected at most {MOST_FRAMES} frames, got {frames:.0f} at {fps:g} fps: lower the rate")
    expression = file.expression
    if expression is not None and fps != file.motion.fps:
        expression = between(expression, positions(len(expression), file.motion.fps, fps))
    return replace(file, motion=resampled(file.motion, fps), expression=expression)
