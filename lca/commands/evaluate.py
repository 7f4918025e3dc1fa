"""`lca evaluate --data DIR --out DIR`: quality of a checkpoint on people or frames that it has not seen."""

import argparse
import json
from pathlib import Path

from lca.errors import UserError
from lca.ranges import InRange


def add_command(subparsers) -> None:
    """Add `evaluate` to the command line."""
    parser = subparsers.add_parser("evaluate", help="measure a checkpoint on held-out people")
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder written by `lca world build` or `lca world film`, or a real capture (NeuMan layout)",
    )
    parser.add_argument("--checkpoint", type=Path, help="model file; default: the shipped one")
    parser.add_argument("--views", action=InRange, low=1, high=16, default=4, help="photos per person (default 4)")
    parser.add_argument(
        "--targets", action=InRange, low=1, high=1000, default=2, help="frames to reconstruct per person (default 2)"
    )
    parser.add_argument(
        "--split", default="test", choices=["train", "validation", "test", "all"], help="default: test; all: one by one"
    )
    parser.add_argument("--people", action=InRange, low=1, high=10**8, help="only the first PEOPLE of the split")
    parser.add_argument(
        "--smplx", type=Path, metavar="FILE", help="the licensed SMPL-X .npz that a real capture was fitted with"
    )
    parser.add_argument(
        "--gallery", type=Path, metavar="DIR", help="training people: the one most alike becomes a baseline too"
    )
    parser.add_argument(
        "--refine",
        action="store_true",
        help="measure refinement too, on the CPU: half a minute a person instead of three seconds",
    )
    parser.add_argument(
        "--tracked",
        action="store_true",
        help="measure refinement where the photos' poses are known, beside a bare body optimised on them: a minute a person",
    )
    parser.add_argument(
        "--face-code",
        action="store_true",
        help="measure what the face code knows too: actions, identity, one person's code on another's face",
    )
    parser.add_argument(
        "--photos-of",
        type=Path,
        metavar="DIR",
        help="take the photos from the same people's captures in another folder, the targets from --data",
    )
    parser.add_argument(
        "--yardstick",
        type=Path,
        metavar="DIR",
        help="wild pictures of the same drawn people (`lca world build wild --people-of stylised`), to measure drawings by",
    )
    parser.add_argument(
        "--attention",
        action="store_true",
        help="measure where geometry tokens look: the share of attention on the own body part, and attention.png",
    )
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="where the model runs (default cpu)")
    parser.add_argument("--out", type=Path, required=True, help="folder for report.json and contact_sheet.png")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Write report.json, and contact_sheet.png but of films, and print the report."""
    from lca.formats.atomic import check_place
    from lca.tracking.film.film_error import films_in

    check_place(arguments.out / "report.json")
    films = films_in(arguments.data)
    report = followed(arguments, films) if films else measured(arguments)
    print(json.dumps(report, indent=2))


def followed(arguments: argparse.Namespace, films) -> dict:
    """How well people are followed in films whose truth is known: report.json."""
    from tqdm import tqdm

    from lca.formats.atomic import writing
    from lca.model.checkpoint import load_model
    from lca.tracking.film.trial import trial
    from lca.tracking.finder import load_people_finder

    finder = load_people_finder()
    some = films[: arguments.people]
    report = trial(load_model(arguments.checkpoint), finder, tqdm(some, unit="film"))
    with writing(arguments.out / "report.json") as temporary:
        temporary.write_text(json.dumps(report, indent=2))
    return report


def measured(arguments: argparse.Namespace) -> dict:
    """Pictures of a checkpoint's avatars beside the truth: report.json and contact_sheet.png."""
    import torch

    from lca.formats.atomic import writing
    from lca.lab.attention import first_look
    from lca.model.checkpoint import load_model
    from lca.tracking.comparison import compare
    from lca.tracking.tracked import probe_tracked
    from lca.training.attention import probe_attention
    from lca.training.evaluate import Evaluation, evaluate_model

    if arguments.device == "cuda" and not torch.cuda.is_available():
        raise UserError("expected a CUDA device for --device cuda, got none on this machine: leave --device out")
    for name in ("refine", "tracked"):
        if arguments.device == "cuda" and getattr(arguments, name):
            raise UserError(
                f"expected --device cpu beside --{name}, got cuda: refinement runs on the CPU; leave one of them out"
            )
    asked = {"attention": (arguments.attention, probe_attention), "tracked": (arguments.tracked, probe_tracked)}
    evaluation = Evaluation(
        arguments.data,
        arguments.views,
        arguments.targets,
        arguments.split,
        arguments.people,
        arguments.smplx,
        compare if arguments.refine else None,
        arguments.face_code,
        arguments.gallery,
        {name: probe for name, (wanted, probe) in asked.items() if wanted},
        arguments.photos_of,
        arguments.yardstick,
    )
    model = load_model(arguments.checkpoint, arguments.device)
    report = evaluate_model(model, evaluation, arguments.out)
    if arguments.attention:
        with writing(arguments.out / "attention.png") as temporary:
            first_look(model, evaluation).save(temporary)
    return report
