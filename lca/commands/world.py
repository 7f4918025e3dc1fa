"""The commands `lca world build`, `verify`, `sheet`, `film`, `drape` and `plan`."""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from lca.ranges import SEEDS, WORKERS, InRange

SEED = {"action": InRange, "low": SEEDS[0], "high": SEEDS[1]}
PROCESSES = {"action": InRange, "low": WORKERS[0], "high": WORKERS[1]}


def add_world_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add `world` with its subcommands; each sets `run`, a function of the parsed arguments."""
    world = subparsers.add_parser("world", help="build and look at the synthetic human world").add_subparsers(
        dest="world_command", metavar="COMMAND", required=True
    )
    builder = world.add_parser("build", help="render captures of procedural people into parquet shards")
    builder.add_argument(
        "stage",
        nargs="?",
        metavar="STAGE",
        help="wild, portrait, studio, lightstage, stylised or runway; with --preset every stage by default",
    )
    builder.add_argument("--preset", help="tiny, small or large: people and seed of each stage (see `lca world plan`)")
    builder.add_argument("--identities", action=InRange, low=1, high=10**8, help="number of people, one capture each")
    builder.add_argument(
        "--people-of", metavar="STAGE", help="film the people of another stage's build of the same seed"
    )
    builder.add_argument("--seed", **SEED, help="the same seed gives the same bytes (default 0, or the preset's)")
    builder.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder to write, or to continue; one folder a stage in it without STAGE",
    )
    builder.add_argument(
        "--workers", **PROCESSES, help="processes (default 2; 1: this one; with --ray as many as the cluster has cores)"
    )
    builder.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="draw on a Ray cluster, each machine of which has this very lca installed: auto (the one this machine is in), "
        "HOST:PORT, ray://HOST:PORT, or local (one started here); the bytes are the same",
    )
    builder.add_argument(
        "--size", action=InRange, low=64, high=2048, default=256, help="pixels of a photo's side (default %(default)s)"
    )
    builder.set_defaults(run=run_build)
    verify = world.add_parser("verify", help="check a folder: manifest, checksums, splits, columns, every picture")
    verify.add_argument("folder", type=Path, help="a folder made by `lca world build`")
    verify.add_argument("--workers", **PROCESSES, default=2, help="processes (default %(default)s; 1: this one)")
    verify.set_defaults(run=run_verify)
    sheet = world.add_parser("sheet", help="draw some captures of a folder side by side")
    sheet.add_argument("folder", type=Path, help="a folder made by `lca world build`")
    sheet.add_argument("--out", type=Path, default=Path("sheet.png"), help="picture to write (default %(default)s)")
    sheet.add_argument("--split", default="train", help="train, validation or test (default %(default)s)")
    sheet.add_argument(
        "--captures", action=InRange, low=1, high=1000, default=6, help="number of people (default %(default)s)"
    )
    sheet.add_argument(
        "--frames", action=InRange, low=1, high=100, default=8, help="frames of each (default %(default)s)"
    )
    sheet.set_defaults(run=run_sheet)
    film = world.add_parser("film", help="film people who move, every frame, with the truth beside: for `lca track`")
    film.add_argument("acts", nargs="*", metavar="ACT", help="such as walk or dance, in turn (default: all)")
    film.add_argument("--people", action=InRange, low=1, high=999, default=1, help="a film each (default %(default)s)")
    film.add_argument("--seed", **SEED, default=0, help="of people and movements (default %(default)s)")
    film.add_argument(
        "--seconds", action=InRange, low=0.1, high=600.0, default=3.0, help="of each film (default %(default)s)"
    )
    film.add_argument(
        "--size", action=InRange, low=64, high=2048, default=512, help="pixels of a side (default %(default)s)"
    )
    film.add_argument("--out", type=Path, required=True, help="folder for films (.mp4) and truths (.npz)")
    film.set_defaults(run=run_film)
    drape = world.add_parser("drape", help="whether simulated cloth stays whole and outside the body, motion by motion")
    drape.add_argument("motions", nargs="*", metavar="MOTION", help="such as dance (default: all)")
    drape.add_argument(
        "--sequences", action=InRange, low=1, high=10**6, default=1000, help="over all motions (default %(default)s)"
    )
    drape.add_argument(
        "--frames", action=InRange, low=1, high=10_000, default=60, help="of each, 30 a second (default %(default)s)"
    )
    drape.add_argument("--seed", **SEED, default=0, help="of people, garments and movements (default %(default)s)")
    drape.add_argument("--workers", **PROCESSES, default=2, help="processes (default %(default)s; 1: this one)")
    drape.set_defaults(run=run_drape)
    plan = world.add_parser("plan", help="hours, cores and bytes of the presets, as a Markdown table")
    plan.add_argument(
        "--measure",
        action=InRange,
        low=1,
        high=10_000,
        metavar="N",
        help="draw N captures of each stage now, and record the rates",
    )
    plan.add_argument(
        "--rates", type=Path, help="file of rates to read, or to write when measuring (default: the shipped)"
    )
    plan.set_defaults(run=run_plan)


def run_build(arguments: argparse.Namespace) -> None:
    """`lca world build`."""
    from lca.world.folders.builder import build
    from lca.world.folders.cluster import cluster

    builds = asked(arguments)
    with nullcontext() if arguments.ray is None else cluster(arguments.ray) as executor:
        workers = arguments.workers or (executor.cores if executor else 2)
        for what, folder in builds:
            manifest = build(what, folder, workers, executor)
            counts = ", ".join(f"{count} {split}" for split, count in manifest.captures.items())
            print(f"{folder}: {manifest.stage}, {counts}, whole")


def asked(arguments: argparse.Namespace) -> list:
    """What is to be built, and where: pairs of a `Build` and a folder."""
    from lca.errors import UserError
    from lca.world.folders.builder import Build
    from lca.world.folders.presets import builds

    stage, seed, identities, whose = arguments.stage, arguments.seed, arguments.identities, arguments.people_of
    if arguments.preset is None:
        if stage is None or identities is None:
            raise UserError("expected STAGE and --identities, or --preset, got neither: say what to build")
        return [(Build(stage, identities, seed or 0, arguments.size, whose or ""), arguments.out)]
    if seed is not None or identities is not None or whose is not None:
        raise UserError(
            "expected --preset or --identities, --seed and --people-of, got both: the preset says who, how many and the seed"
        )
    presets = builds(arguments.preset, arguments.size)
    if stage is None:
        return [(what, arguments.out / name) for name, what in presets.items()]
    if stage not in presets:
        raise UserError(f"expected a stage among {', '.join(presets)}, got {stage!r}: choose one of them")
    return [(presets[stage], arguments.out)]


def run_film(arguments: argparse.Namespace) -> None:
    """`lca world film`."""
    from lca.motion.sequences import SEQUENCES
    from lca.world.folders.films import Films, film_people

    acts = tuple(arguments.acts) or tuple(SEQUENCES)
    films = Films(arguments.people, arguments.seed, acts, arguments.seconds, size=arguments.size)
    for path in film_people(films, arguments.out):
        print(f"{path}: {films.seconds:g} s, the truth beside it in {path.with_suffix('.npz').name}")


def run_verify(arguments: argparse.Namespace) -> int:
    """`lca world verify`: exit code 2 and one line for each finding."""
    from lca.world.folders.verify import verify

    findings = verify(arguments.folder, arguments.workers)
    for finding in findings:
        print(finding, file=sys.stderr)
    if not findings:
        print(f"{arguments.folder}: whole")
    return 2 if findings else 0


def run_sheet(arguments: argparse.Namespace) -> None:
    """`lca world sheet`."""
    from lca.world.folders.sheet import sheet

    print(sheet(arguments.folder, arguments.out, arguments.split, arguments.captures, arguments.frames))


def run_drape(arguments: argparse.Namespace) -> int:
    """`lca world drape`: one JSON object; exit code 2 if the cloth of any motion is not fit to be called truth."""
    from lca.world.folders.drape_check import MOTIONS, report, verdicts

    names = arguments.motions or list(MOTIONS)
    found = verdicts(names, arguments.sequences, arguments.frames, arguments.seed, arguments.workers)
    print(json.dumps(report(found), indent=1))
    return 0 if all(verdict.fit for verdict in found.values()) else 2


def run_plan(arguments: argparse.Namespace) -> None:
    """`lca world plan`."""
    from lca.world.folders.plan import markdown, plan
    from lca.world.folders.rates import RECORDED, measure, read_rates, write_rates
    from lca.world.stages.capture import STAGES

    path = arguments.rates or RECORDED
    if arguments.measure is not None:
        write_rates({stage: measure(stage, arguments.measure) for stage in STAGES}, path)
    rates = read_rates(path)
    print(markdown(plan(rates)))
    unknown = [stage for stage in STAGES if stage not in rates]
    if unknown:
        print(f"not measured: {', '.join(unknown)}; see lca world plan --measure", file=sys.stderr)
