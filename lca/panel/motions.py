"""The motions that a panel offers: the named ones, and what its caller brings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from lca.errors import UserError
from lca.formats.motion_file import MotionFile
from lca.geometry.motion import Motion
from lca.lab.playing import at_ease
from lca.motion.named import MOTIONS, named_motion

SECONDS, FPS = 4.0, 30.0


class Offered(Mapping[str, Motion]):
    """Named motions, each made when it is first asked for, and `extra` ones by their own names.

    Raises:
        UserError: an extra motion is empty, has no rate, or is not finite.
    """

    def __init__(self, extra: Mapping[str, Motion] | None = None):
        self.extra = dict(extra or {})
        for name, motion in self.extra.items():
            _check(name, motion)

    def joined(self, name: str, motion: Motion) -> "Offered":
        """With one more motion; one of the same name is replaced."""
        return Offered({**self.extra, name: motion})

    def __getitem__(self, name: str) -> Motion:
        """The motion `name`."""
        return self.extra[name] if name in self.extra else _named(name)

    def __iter__(self) -> Iterator[str]:
        """Names, the caller's first."""
        return iter([*self.extra, *(name for name in MOTIONS if name not in self.extra)])

    def __len__(self) -> int:
        """How many there are."""
        return len(list(iter(self)))


def motion_of(file: MotionFile) -> Motion:
    """The motion of a file, moved sideways so that it begins where the camera looks; at ease where the file has no body."""
    motion = at_ease(file)
    translation = motion.translation.clone()
    translation[:, [0, 2]] -= translation[0, [0, 2]]
    return replace(motion, translation=translation)


def _check(name: str, motion: Motion) -> None:
    if len(motion) == 0 or not motion.fps > 0:
        raise UserError(f"{name}: expected frames at a rate, got {len(motion)} at {motion.fps} fps; check the motion")
    for part in ("theta", "translation", "actions", "psi"):
        bad = ~getattr(motion, part).isfinite().all(-1)
        if bad.any():
            first = int(bad.nonzero()[0, 0])
            raise UserError(f"{name}: expected finite numbers, got others in {part}, frame {first}; repair the motion")


@lru_cache(maxsize=len(MOTIONS))
def _named(name: str) -> Motion:
    if name not in MOTIONS:
        raise KeyError(name)
    return named_motion(name, SECONDS, FPS)
