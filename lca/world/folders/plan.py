"""What the world's presets cost, computed from measured rates, as the table of the README."""

from collections.abc import Mapping
from dataclasses import dataclass

from lca.world.folders.presets import PRESETS, builds
from lca.world.folders.rates import Rate

HEADER = "| preset | stage | people | photos | core hours | cores | time | disk |\n|---|---|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Line:
    """One stage of a preset."""

    preset: str
    stage: str
    people: int
    pictures: int
    core_hours: float
    cores: int
    bytes: int

    @property
    def hours(self) -> float:
        """On the wall, if every core is busy: captures do not wait for each other."""
        return self.core_hours / self.cores


def plan(rates: Mapping[str, Rate]) -> list[Line]:
    """Every preset and every stage that has a rate; after the stages of a preset their sum."""
    lines = []
    for preset, size in PRESETS.items():
        stages = [
            Line(
                preset,
                stage,
                what.identities,
                what.identities * rates[stage].pictures,
                what.identities * rates[stage].core_seconds / 3600,
                size.cores,
                what.identities * rates[stage].bytes,
            )
            for stage, what in builds(preset).items()
            if stage in rates
        ]
        sums = [sum(getattr(line, name) for line in stages) for name in ("people", "pictures", "core_hours", "bytes")]
        lines += [*stages, Line(preset, "all", sums[0], sums[1], sums[2], size.cores, sums[3])]
    return lines


def markdown(lines: list[Line]) -> str:
    """The plan as a table."""
    rows = [
        f"| {line.preset} | {line.stage} | {line.people:,} | {line.pictures:,} | {rounded(line.core_hours)} | {line.cores} "
        f"| {duration(line.hours)} | {amount(line.bytes)} |"
        for line in lines
    ]
    return "\n".join([HEADER, *rows])


def rounded(value: float) -> str:
    """Two digits, with thousands separated."""
    return f"{float(f'{value:.2g}'):,.10g}"


def duration(hours: float) -> str:
    """Hours in the unit in which they read well."""
    for unit, factor, limit in (("s", 3600.0, 90.0), ("min", 60.0, 90.0), ("h", 1.0, 72.0)):
        if hours * factor < limit:
            return f"{rounded(hours * factor)} {unit}"
    return f"{rounded(hours / 24)} days"


def amount(size: int | float) -> str:
    """Bytes in the unit in which they read well."""
    for unit, factor in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if size < 999.5 * factor:
            return f"{rounded(size / factor)} {unit}"
    return f"{rounded(size / 1e12)} TB"
