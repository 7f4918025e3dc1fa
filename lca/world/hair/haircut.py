"""A haircut in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ribbons:
    """Loose locks laid along the strands of a shell: flat, or coiled if `coil` > 0.

    `begin` and `length` are ranges in strand coordinates (0 root, 1 tip), `width`, `rise` (how far a lock bows off the shell)
    and `coil` (radius) in metres, `turns` of a coil, `beyond` how far (m) a lock that passes the tip goes on.
    """

    count: int
    begin: tuple[float, float] = (0.25, 0.75)
    length: tuple[float, float] = (0.22, 0.38)
    width: tuple[float, float] = (0.0020, 0.0045)
    rise: tuple[float, float] = (0.0004, 0.0028)
    coil: float = 0.0
    turns: float = 3.0
    beyond: float = 0.05
    segments: int = 6


@dataclass(frozen=True)
class Haircut:
    """A hair style; metres and radians.

    `top` and `side` thickness of the shell, `rim` at the front hairline; strands run from a whorl at the polar angle `pole` on
    the back of the head, or from a `part`ing (its place to the person's left, a sine). `drop` canonical height at which hanging
    hair ends (9: at the hairline), `opening` half the angle left free for the face, `fringe` how far hair falls over the
    forehead, `tuck` how far the tips turn in, `wave` amplitude, `bumps` size of curls, `ridges` number of rows of braids,
    `fuzz` number of short loose hairs of length `fuzz_length`, `tails` of `tail_length`: "", "bun", "ponytail", "plaits",
    "locs"; `shift` of the hairline, `recede` of the temples, `bald` radius of a bald crown.
    """

    top: float
    side: float
    rim: float = 0.003
    pole: float = 0.45
    part: float | None = None
    drop: float = 9.0
    opening: float = 1.0
    fringe: float = 0.0
    tuck: float = 0.0
    wave: float = 0.0
    bumps: float = 0.0
    ridges: int = 0
    ribbons: tuple[Ribbons, ...] = ()
    fuzz: int = 0
    fuzz_length: float = 0.006
    tails: str = ""
    tail_length: float = 0.25
    shift: float = 0.0
    recede: float = 0.0
    bald: float = 0.0

    @property
    def hangs(self) -> bool:
        """Whether hair falls below the hairline."""
        return self.drop < 1
