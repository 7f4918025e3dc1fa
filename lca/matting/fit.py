"""Fit the matting network on the wild stage: forty minutes of CPU, resumable, measured on people that it never saw."""

import math
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from einops import rearrange
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional as F
from tqdm.auto import tqdm

from lca.errors import UserError
from lca.formats.atomic import only_writer
from lca.formats.checkpoints import newest_checkpoint, write_checkpoint
from lca.formats.photos import Picture
from lca.matting.cutout import SURE, find_person
from lca.matting.frames import Frames, MattingBatch, make_batch
from lca.matting.network import Matte, Matting, MattingConfig
from lca.precision import mixed_precision
from lca.stopping import Wishes

SAVE_SECONDS = 60.0


@dataclass(frozen=True)
class MattingFit:
    """One run."""

    steps: int = 7500
    """Updates; the learning rate falls to zero over them. About forty minutes on one core."""
    batch: int = 16
    """Pictures a step."""
    learning_rate: float = 3e-3
    """Peak of one cosine."""
    seed: int = 0
    """Of weights and augmentation."""
    sides: tuple[int, ...] = (128, 128, 128, 192, 192, 256)
    """Resolution in pixels, equal shares of the steps: coarse first is several times faster."""

    def __post_init__(self):
        """Raises UserError for a run without steps."""
        if self.steps < 1:
            raise UserError(f"expected at least one step, got {self.steps}")


def fit_matting(
    fit: MattingFit, frames: Frames, backgrounds: UInt8[Tensor, "backgrounds 3 size size"], checkpoint: Path
) -> Matting:
    """Train and return the averaged weights; continue from `checkpoint` if it is there, as if never interrupted.

    Raises:
        UserError: the checkpoint is damaged or of another run, or another process trains in its folder.
        StoppedBySignal: Ctrl-C or SIGTERM came; the last step is saved.
    """
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(fit.seed)
    generator = torch.Generator().manual_seed(fit.seed)
    network = Matting(MattingConfig())
    network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    average = deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), fit.learning_rate, weight_decay=0.01)
    state = {"network": network, "average": average, "optimizer": optimizer}
    with only_writer(checkpoint.parent), Wishes() as wishes:
        done = _resume(checkpoint, state, generator, fit)
        saved = time.monotonic()
        bar = tqdm(range(done, fit.steps), total=fit.steps, initial=done, desc="matting", unit="step")
        for step in bar:
            share = step / fit.steps
            batch = make_batch(frames, backgrounds, fit.batch, fit.sides[int(share * len(fit.sides))], generator)
            loss = _step(network, optimizer, batch, fit.learning_rate * _schedule(share))
            _follow(average, network, step)
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            if wishes.asked or time.monotonic() - saved > SAVE_SECONDS or step == fit.steps - 1:
                saved = time.monotonic()
                _save(checkpoint, state, generator, fit, step + 1)
            wishes.grant(f"stopped after step {step + 1}, which is saved: fit again to go on")
    return average.eval()


def matting_loss(matte: Matte, batch: MattingBatch) -> Float[Tensor, ""]:
    """Mask: cross-entropy + soft IoU; head: L1 + IoU + the cell of its centre; person: cross-entropy."""
    mask = F.binary_cross_entropy_with_logits(matte.mask_logits, batch.mask)
    probability = matte.mask_logits.sigmoid()
    both = torch.minimum(probability, batch.mask).sum((1, 2, 3))
    either = torch.maximum(probability, batch.mask).sum((1, 2, 3))
    overlap = _mean(1 - both / either.clamp(min=1.0), batch.has_person)
    head = 4 * (matte.head_box - batch.head_box).abs().mean(-1) + 1 - box_iou(matte.head_box, batch.head_box)
    cells = math.isqrt(matte.head_logits.shape[-1])
    column, row = ((batch.head_box[:, :2] + batch.head_box[:, 2:]) / 2 * cells).long().clamp(0, cells - 1).unbind(-1)
    centre = F.cross_entropy(matte.head_logits, row * cells + column, reduction="none")
    person = F.binary_cross_entropy_with_logits(matte.person_logits, batch.has_person.float())
    return 2 * mask + overlap + 0.5 * _mean(head + 0.1 * centre, batch.has_head) + 0.2 * person


def box_iou(left: Float[Tensor, "*batch 4"], right: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch"]:
    """Intersection over union of boxes x0 y0 x1 y1."""
    sides = (torch.minimum(left[..., 2:], right[..., 2:]) - torch.maximum(left[..., :2], right[..., :2])).clamp(min=0)
    areas = [(box[..., 2:] - box[..., :2]).clamp(min=0).prod(-1) for box in (left, right)]
    both = sides.prod(-1)
    return both / (areas[0] + areas[1] - both).clamp(min=1e-9)


@torch.no_grad()
def measure_matting(network: Matting, frames: Frames) -> dict[str, int | float]:
    """Mean mask IoU and share of heads found (box IoU >= 0.5), over the whole path that a photo takes; and on plain
    colour."""
    network.eval()
    ious, plain_ious, heads = [], [], []
    plain = torch.rand(len(frames), 3, 1, 1, generator=torch.Generator().manual_seed(1))
    for index in range(len(frames)):
        image, mask = frames.image[index].float() / 255, frames.mask[index].float() / 255
        iou, box = _one(image, mask, network)
        ious.append(iou)
        heads.append(float(box_iou(box / image.shape[-1], frames.head_box[index])))
        plain_ious.append(_one(image * mask + plain[index] * (1 - mask), mask, network)[0])
    found = sum(iou >= 0.5 for iou in heads) / len(heads)
    return {
        "frames": len(frames),
        "mask_iou": sum(ious) / len(ious),
        "mask_iou_plain": sum(plain_ious) / len(plain_ious),
        "heads_found": found,
        "head_iou": sum(heads) / len(heads),
    }


@torch.no_grad()
def measure_false_people(network: Matting, backgrounds: UInt8[Tensor, "backgrounds 3 size size"]) -> float:
    """Share of pictures without anybody in which the network is sure of a person."""
    network.eval()
    logits = torch.cat([network(part.float() / 255).person_logits for part in backgrounds.split(32)])
    return float((logits.sigmoid() >= SURE).float().mean())


def _one(image: Tensor, mask: Tensor, network: Matting) -> tuple[float, Float[Tensor, " 4"]]:
    """Mask IoU and head box in pixels of one frame; zeros where nobody was found."""
    try:
        person = find_person(Picture("frame", image, None), network)
    except UserError:
        return 0.0, torch.zeros(4)
    predicted, truth = person.mask > 0.5, mask > 0.5
    return float((predicted & truth).sum() / (predicted | truth).sum()), person.head_box


def _step(network: Matting, optimizer: torch.optim.Optimizer, batch: MattingBatch, rate: float) -> float:
    """One update; the loss before it."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    network.train()
    with mixed_precision(batch.image.device):
        matte = network(batch.image.to(memory_format=torch.channels_last))
    loss = matting_loss(matte, batch)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


@torch.no_grad()
def _follow(average: Matting, network: Matting, step: int) -> None:
    """Exponential average of weights and statistics that forgets its first steps."""
    weight = 1 - min(0.995, (1 + step) / (10 + step))
    for averaged, current in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        averaged.lerp_(current, weight) if averaged.is_floating_point() else averaged.copy_(current)


def _schedule(share: float) -> float:
    """Warm up over the first 2% of the steps, then one cosine."""
    return min(1.0, share / 0.02 + 0.01) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


def _mean(values: Float[Tensor, " batch"], chosen: Tensor) -> Float[Tensor, ""]:
    return (values * chosen).sum() / chosen.sum().clamp(min=1)


def _save(path: Path, state: dict, generator: torch.Generator, fit: MattingFit, steps: int) -> None:
    """Write what a killed run needs."""
    values = {name: part.state_dict() for name, part in state.items()}
    write_checkpoint({**values, "generator": generator.get_state(), "fit": asdict(fit), "steps": steps}, path)


def _resume(path: Path, state: dict, generator: torch.Generator, fit: MattingFit) -> int:
    """Read it back and return the steps done, 0 without a checkpoint."""
    found = newest_checkpoint(path, "steps")
    if found is None:
        return 0
    source, values = found
    if values.get("fit") != asdict(fit) or not state.keys() | {"generator"} <= values.keys():
        raise UserError(
            f"expected a checkpoint of this run, got one of {values.get('fit', 'another program')}: {source}; "
            "remove it or name another --work"
        )
    for name, part in state.items():
        part.load_state_dict(values[name])
    generator.set_state(values["generator"])
    return values["steps"]


def stack_backgrounds(pictures: Sequence) -> UInt8[Tensor, "backgrounds 3 size size"]:
    """Arrays (height, width, 3) in [0, 1] -> bytes, channels first."""
    stacked = torch.stack([torch.as_tensor(picture).float() for picture in pictures])
    return rearrange((stacked.clamp(0, 1) * 255).round().byte(), "n h w c -> n c h w").contiguous()
