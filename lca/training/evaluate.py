"""Quality on held-out people: novel pose and novel view from a few photos, against the part-means baseline."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from lca.data.batch import Batch, choose_frames, make_example
from lca.data.datasets import load_world
from lca.data.sample import Capture
from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.photos import BODY_SIZE
from lca.geometry.body import PARTS
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.model.transport.nearest import nearest_gaussians
from lca.render import render
from lca.training.losses import PERCEPTUAL, over, psnr
from lca.training.metrics import foreground_scores

WHITE = (1.0, 1.0, 1.0)
SHEET_ROWS = 12


@dataclass(frozen=True)
class Views:
    """Renders of one person's target frames: body pictures and face crops over white."""

    body: Tensor
    face: Tensor


@torch.no_grad()
def evaluate_model(
    model: LCA,
    data: str | Path,
    out: str | Path,
    photos: int = 4,
    targets: int = 2,
    split: str = "test",
    people: int | None = None,
) -> dict:
    """Reconstruct each person of a split from `photos` frames, drive and render `targets` others, compare with the
    truth.

    The body shape is predicted from the photos, and the model is told how tall the person is, which photos do not show;
    `stature_unknown` repeats the measurement without it, `known_shape` with the true shape. The face is driven by the
    true actions through the action map, so that nothing of the target picture reaches the model.
    Writes report.json and contact_sheet.png into `out` and returns the report.
    """
    rows = load_world(data, split)
    rows = rows.select(range(min(people or len(rows), len(rows))))
    scores, sheet = [], []
    for index in tqdm(range(len(rows)), desc="people", unit="person"):
        row = rows[index]
        frames = len(row["image"])
        if photos + targets > frames:
            raise UserError(f"expected at most {frames - targets} views for captures of {frames} frames, got {photos}")
        rng = np.random.default_rng((7, index))
        chosen, targeted = choose_frames(rng, frames, photos, targets)
        wanted = Capture.read(row, targeted)
        example = make_example(Capture.read(row, chosen), wanted, rng, exact=True)
        score, pictures = evaluate_person(model, example, wanted)
        scores.append(score)
        if index < SHEET_ROWS:
            sheet.append(pictures)
    report = summarise(scores) | {"photos": photos, "targets": targets, "split": split, "perceptual": PERCEPTUAL}
    out = Path(out)
    with writing(out / "report.json") as temporary:
        temporary.write_text(json.dumps(report, indent=2) + "\n")
    with writing(out / "contact_sheet.png") as temporary:
        Image.fromarray(np.concatenate(sheet)).save(temporary)
    return report


def evaluate_person(model: LCA, example: Batch, wanted: Capture) -> tuple[dict[str, float], np.ndarray]:
    """Scores of one person and a row of the contact sheet: photos, [predicted, truth] per target, face [predicted,
    truth]."""
    avatar = model.reconstruct(example.photos, stature=float(model.template.stature(example.betas)))
    predicted = show(avatar, example)
    guessed = show(model.reconstruct(example.photos), example)
    known = show(model.reconstruct(example.photos, example.betas), example)
    baseline = show(part_means(model, avatar, example), example)
    targets = example.targets
    white = torch.tensor(WHITE).expand(len(targets.image), -1)
    body, face = over(targets.image, targets.mask, white), over(targets.face, targets.face_mask, white)
    hands = hand_mask(model, wanted)
    hands_seen = hands.flatten(1).sum(1) > 20
    score = {
        **foreground_scores(predicted.body, body, targets.mask),
        "psnr_face": psnr(predicted.face, face, targets.face_mask).mean().item(),
        "psnr_hands": psnr(predicted.body, body, hands)[hands_seen].mean().item() if hands_seen.any() else float("nan"),
        "stature_unknown": psnr(guessed.body, body, targets.mask).mean().item(),
        "known_shape": psnr(known.body, body, targets.mask).mean().item(),
        "baseline_part_means": psnr(baseline.body, body, targets.mask).mean().item(),
    }
    cells = [*example.photos.body]
    for shown, truth in zip(predicted.body, body, strict=True):
        cells += [shown, truth]
    cells += [predicted.face[0], face[0]]
    strip = torch.cat([F.interpolate(x[None], BODY_SIZE, mode="bilinear")[0] for x in cells], -1).clamp(0, 1)
    return score, (strip.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)


def show(avatar: Avatar, example: Batch) -> Views:
    """Drive an avatar with the targets' poses, actions and gaze and render it into their cameras."""
    targets = example.targets
    camera, face_camera = targets.cameras()
    body, face = [], []
    eps = avatar.eps_from_actions(targets.actions)
    for i in range(len(targets.theta)):
        posed = avatar.drive(targets.theta[i], eps[i], targets.psi[i], targets.translation[i])
        white = torch.tensor(WHITE)
        body.append(render(posed, camera[i], white).image)
        face.append(render(posed, face_camera[i], white).image)
    return Views(torch.stack(body), torch.stack(face))


def part_means(model: LCA, avatar: Avatar, example: Batch) -> Avatar:
    """The baseline: the same geometry, each Gaussian in the mean photo colour of its body part (parts of the pixels
    from the truth)."""
    pairs = [
        (example.photos.body, example.body_canonical),
        (example.photos.face, example.face_canonical),
    ]
    sums, counts = torch.zeros(len(PARTS), 3), torch.zeros(len(PARTS))
    for images, (canonical, valid) in pairs:
        colour = F.avg_pool2d(images, 2).permute(0, 2, 3, 1)[valid[:, 0] > 0.5]
        points = canonical.permute(0, 2, 3, 1)[valid[:, 0] > 0.5]
        part = model.template.part[nearest_gaussians(points, model.template)[:, 0]]
        sums.index_add_(0, part, colour)
        counts.index_add_(0, part, torch.ones(len(part)))
    everything = sums.sum(0) / counts.sum().clamp(min=1)
    means = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None], everything)
    return replace(avatar, canonical=replace(avatar.canonical, colors=means[model.template.part]))


def hand_mask(model: LCA, wanted: Capture) -> Tensor:
    """Where the targets truly show hands, (frames, 1, size, size)."""
    valid = wanted.canonical_mask[:, 0]
    points = wanted.canonical.permute(0, 2, 3, 1)[valid]
    part = model.template.part[nearest_gaussians(points, model.template)[:, 0]]
    mask = torch.zeros(valid.shape)
    mask[valid] = (part == PARTS.index("hand")).float()
    return F.interpolate(mask[:, None], wanted.image.shape[-2:], mode="nearest")


def summarise(scores: list[dict[str, float]]) -> dict:
    """Means over people, the bootstrap 95% interval of the foreground PSNR, the margin over the baseline."""
    table = {name: np.array([score[name] for score in scores]) for name in scores[0]}
    report: dict = {name: round(float(np.nanmean(values)), 4) for name, values in table.items()}
    draws = np.random.default_rng(0).integers(0, len(scores), (2000, len(scores)))
    low, high = np.percentile(table["psnr_fg"][draws].mean(1), [2.5, 97.5])
    report["people"] = len(scores)
    report["interval95"] = [round(float(low), 3), round(float(high), 3)]
    report["margin_over_part_means"] = round(report["psnr_fg"] - report["baseline_part_means"], 4)
    return report
