"""Quality on held-out people: novel pose and novel view from a few photos, against baselines."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm.auto import tqdm

from lca.data.batch import Batch, choose_frames, make_example
from lca.data.neuman import FittedBody
from lca.data.sample import Capture
from lca.data.sources import Recording, Source, open_source
from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.photos import MOST_PHOTOS
from lca.model.network import LCA
from lca.training.baselines import Gallery, baselines, open_gallery
from lca.training.face_probe import probe_face_code
from lca.training.losses import PERCEPTUAL
from lca.training.probes import Probe, Subject
from lca.training.report import LeftOut, by_person, contact_sheet, merged, sheet_row, summarise, summarise_groups
from lca.training.scores import Comparison, Portrait, measure
from lca.training.stage_probes import OF_STAGES
from lca.training.stylised import Yardstick, style_of, style_sheet, summarise_styles

SPLITS = ("train", "validation", "test")
ALL = "all"
"""Every split, in the order of `SPLITS`."""
SHEET_ROWS = 12

Compare = Callable[[LCA, Subject], Comparison]
"""(model, example, its photos' capture, its targets' capture) -> the avatar with and without refinement, measured."""


@dataclass(frozen=True)
class Evaluation:
    """What is measured: people of one folder, some of their frames as photos, others to be reconstructed."""

    data: str | Path
    """A folder that `lca world build` wrote, or a real capture (see `lca.data.sources`)."""
    photos: int = 4
    targets: int = 2
    split: str = "test"
    """train, validation, test or all."""
    people: int | None = None
    """Only so many, the first."""
    smplx: str | Path | None = None
    """The licensed SMPL-X .npz that a real capture was fitted with; the world does without."""
    compare: Compare | None = None
    """Measures refinement too (`lca.tracking.comparison.compare`); it takes half a minute a person, the rest three seconds."""
    face_code: bool = False
    """Measures the face code too (`lca.training.face_probe`)."""
    gallery: str | Path | None = None
    """A folder of training people: whoever of them looks most alike becomes a baseline."""
    probes: Mapping[str, Probe] = field(default_factory=dict)
    """Group of the report -> what else is asked of everybody, besides what is asked of the captures' stage."""
    photos_of: str | Path | None = None
    """A folder of the same people's other captures, from which photos are taken: from the wild to another stage's truth."""
    yardstick: str | Path | None = None
    """A folder of wild pictures of the very people, against which drawings of them are measured."""

    @property
    def frames(self) -> int:
        """How many of them a capture needs."""
        return self.photos + self.targets

    def __post_init__(self):
        """Raises: UserError: no such split, or nothing to measure."""
        if self.split not in (*SPLITS, ALL):
            raise UserError(
                f"expected a split among {', '.join((*SPLITS, ALL))}, got {self.split!r}: choose one of them"
            )
        if not 1 <= self.photos <= MOST_PHOTOS:
            raise UserError(f"expected --views from 1 to {MOST_PHOTOS}, got {self.photos}")
        for name, value in {"--targets": self.targets, "--people": self.people}.items():
            if value is not None and value < 1:
                raise UserError(f"expected {name} of at least 1, got {value}")


@torch.no_grad()
def evaluate_model(model: LCA, evaluation: Evaluation, out: str | Path) -> dict:
    """Reconstruct each person from some frames, drive and render others, compare with the truth, on the model's device.

    The person's shape is given, as in published evaluations; `shape_predicted` is the PSNR of the shape that the photos
    suggest at the person's true stature, which photos do not show, `stature_unknown` without it. Writes report.json and
    contact_sheet.png into `out` and returns the report; what cannot be measured is not in it but in its `left_out`. With
    `evaluation.compare` the report also has `feed_forward`, `refined`, `solver` and `identity`, of avatars that nothing but the
    stature is told for.

    Raises:
        UserError: a folder that cannot be read, or nobody with enough frames.
    """
    sources, left_out = open_splits(evaluation)
    gallery = open_gallery(evaluation.gallery, evaluation.photos) if evaluation.gallery else None
    yardstick = Yardstick(evaluation.yardstick) if evaluation.yardstick else None
    photographed = Yardstick(evaluation.photos_of) if evaluation.photos_of else None
    portraits, rows = [], []
    for split, place, recording in tqdm(*chosen_captures(evaluation, sources), unit="person"):
        if len(recording) < evaluation.frames:
            reason = f"{len(recording)} of the {evaluation.frames} frames that views and targets need"
            left_out.append(LeftOut(f"captures of {split}", reason, (recording.photos([0]).identity,)))
            continue
        taken = photographed.capture_of(recording) if photographed is not None else None
        portrait = portray(model, evaluation, place, recording, gallery, taken)
        if yardstick is not None:
            portrait = with_yardstick(model, evaluation, portrait, yardstick.of(recording))
        if len(rows) < SHEET_ROWS:
            rows.append(sheet_row(portrait))
        portraits.append(portrait)
    if not portraits:
        raise UserError(
            f"expected captures of at least {evaluation.frames} frames for {evaluation.photos} views and "
            f"{evaluation.targets} targets, got none in {evaluation.data}: lower --views or --targets"
        )
    report, missing = summarise(by_person([(portrait.identity, portrait.scores) for portrait in portraits]))
    groups, missing_groups = summarise_groups(portraits)
    asked = {"photos": evaluation.photos, "targets": evaluation.targets, "split": evaluation.split}
    styles, missing_styles = summarise_styles(portraits)
    if styles:
        groups["stylised"] = styles
        with writing(Path(out) / "stylised.png") as temporary:
            style_sheet(portraits, list(styles)).save(temporary)
    every = [entry.as_json() for entry in merged([*left_out, *missing, *missing_groups, *missing_styles])]
    if evaluation.face_code:
        groups["face_code"] = probe_face_code(model, [each for _, _, each in chosen_captures(evaluation, sources)[0]])
    report |= {**groups, **asked, "perceptual": PERCEPTUAL, "left_out": every}
    write(report, contact_sheet(rows), Path(out))
    return report


def write(report: dict, sheet: Image.Image, folder: Path) -> None:
    """report.json and contact_sheet.png."""
    with writing(folder / "report.json") as temporary:
        temporary.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n")
    with writing(folder / "contact_sheet.png") as temporary:
        sheet.save(temporary)


def portray(
    model: LCA,
    evaluation: Evaluation,
    place: int,
    recording: Recording,
    gallery: Gallery | None = None,
    taken: Recording | None = None,
) -> Portrait:
    """Measure a capture; its place in its split says which frames are photos (of `taken`, if it is given) and which targets."""
    example, shown, wanted = example_at(place, recording, evaluation.photos, evaluation.targets, taken)
    example = example.to(model.template.points.device)
    portrait = measure(model, example, wanted)
    probes = {**OF_STAGES.get(wanted.stage, {}), **evaluation.probes}
    subject = Subject(recording, example, shown, wanted)
    probed = {name: scores for name, probe in probes.items() if (scores := probe(model, subject))}
    scores = {**portrait.scores, **baselines(model, example, shown, gallery)}
    portrait = replace(portrait, scores=scores, probed=probed, style=style_of(recording))
    if evaluation.compare is None:
        return portrait
    return replace(portrait, comparison=evaluation.compare(model, subject))


def with_yardstick(
    model: LCA, evaluation: Evaluation, portrait: Portrait, twin: tuple[int, Recording] | None
) -> Portrait:
    """The portrait beside that of the same person's other pictures (their place in their split, the capture).

    Raises:
        UserError: nobody is drawn, or there are no other pictures, or too few.
    """
    if not portrait.style:
        raise UserError(
            f"expected drawn people beside --yardstick, got photographs of {portrait.identity}: leave it out, or choose a "
            "folder of `lca world build stylised` as --data"
        )
    if twin is None or len(twin[1]) < evaluation.frames:
        raise UserError(
            f"expected the person of {portrait.identity} with {evaluation.frames} frames in {evaluation.yardstick}, got none: "
            "build it with `lca world build wild --people-of STAGE` and the same --identities and --seed"
        )
    return replace(portrait, yardstick=portray(model, replace(evaluation, probes={}), *twin))


def example_at(
    place: int, recording: Recording, photos: int, targets: int, taken: Recording | None = None
) -> tuple[Batch, Capture, Capture]:
    """The example, with exact truth, that a capture's place in its split decides; its photos (of `taken`, if it is given) and its
    targets as captures, with canonical maps, which say where hands are."""
    rng = np.random.default_rng((7, place))
    chosen, targeted = choose_frames(rng, len(recording), photos, targets, recording.takeable)
    if taken is not None:
        chosen, _ = choose_frames(rng, len(taken), photos, 0, taken.takeable)
    shown, wanted = (recording if taken is None else taken).photos(chosen), recording.photos(targeted)
    return make_example(shown, wanted, rng, exact=True), shown, wanted


def open_splits(evaluation: Evaluation) -> tuple[list[tuple[str, Source]], list[LeftOut]]:
    """The wanted splits by name; of all splits, those that cannot be opened are left out, unless none can.

    Raises:
        UserError: why the (first) split cannot be opened.
    """
    body = FittedBody.read(evaluation.smplx) if evaluation.smplx else None
    opened, left_out, faults = [], [], []
    for split in SPLITS if evaluation.split == ALL else (evaluation.split,):
        try:
            opened.append((split, open_source(evaluation.data, split, body)))
        except UserError as error:
            left_out.append(LeftOut(f"split {split}", str(error)))
            faults.append(error)
    if not opened:
        raise faults[0]
    return opened, left_out


def chosen_captures(
    evaluation: Evaluation, sources: Sequence[tuple[str, Source]]
) -> tuple[Iterator[tuple[str, int, Recording]], str, int]:
    """What the progress bar needs: captures, each with its split and its place there; what they are; how many."""
    every = ((split, place, source[place]) for split, source in sources for place in range(len(source)))
    count = sum(len(source) for _, source in sources)
    return islice(every, evaluation.people), "people", min(count, evaluation.people or count)
