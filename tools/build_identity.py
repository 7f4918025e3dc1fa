"""Build lca/assets/identity.safetensors: the network that tells the people of the world apart, to measure avatars by.

    lca world build wild --identities 208 --seed 11 --size 128 --out data/identity
    python tools/build_identity.py --data data/identity

Trains on people of one seed (the train split); evaluations use other seeds. Pictures are cut out over white; positive pairs are
frames of one person, in other poses, from other sides. Blur, tint and jitter keep it from telling people by sharpness, light or
outline alone. Prints how often the right person is nearest among the people of the other two splits, and those of --held, if any.
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from lca.data.sample import Capture
from lca.data.sources import WorldSource
from lca.training.identity import WEIGHTS, IdentityNetwork, crops
from lca.training.scores import truth_of

STEPS, PEOPLE, FRAMES = 1200, 24, 4
"""Steps; people a step, and pictures of each."""
RATE, DECAY, SEED = 2e-3, 0.02, 0
TEMPERATURE = 0.1
PAD = 6
"""Pixels by which bodies are moved about, and a third of it heads."""
COARSEST = 4
"""Blur: pictures are brought to between the whole and a quarter of their pixels, and back."""
TINT, LIGHT = 0.1, 0.25
"""Standard deviation of the logarithm of a gain a channel, and of all three."""

Pictures = list[tuple[Tensor, Tensor]]
"""Of each person: bodies and faces, 8 bit."""


def read(folder: Path, split: str) -> Pictures:
    """All frames of all people of a split."""
    people = []
    for row in WorldSource(folder, split):
        capture = Capture.read(row.row)
        cut = crops(truth_of(capture), capture.body_box)
        people.append(tuple((x * 255).round().to(torch.uint8) for x in cut))
    return people


def drawn(people: Pictures, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """(bodies, faces, who) of a step, augmented."""
    chosen = torch.randperm(len(people), generator=generator)[:PEOPLE].tolist()
    bodies, faces = [], []
    for who in chosen:
        frames = torch.randperm(len(people[who][0]), generator=generator)[:FRAMES]
        bodies.append(people[who][0][frames])
        faces.append(people[who][1][frames])
    body, face = (torch.cat(x).float() / 255 for x in (bodies, faces))
    count = len(body)
    gain = torch.exp(
        LIGHT * torch.randn(count, 1, 1, 1, generator=generator)
        + TINT * torch.randn(count, 3, 1, 1, generator=generator)
    )
    body, face = (changed(x, gain, pad, generator) for x, pad in ((body, PAD), (face, PAD // 3)))
    return body, face, torch.arange(len(chosen)).repeat_interleave(FRAMES)


def changed(pictures: Tensor, gain: Tensor, pad: int, generator: torch.Generator) -> Tensor:
    """Tinted (white stays white), moved, scaled and blurred, each picture in its own way."""
    count, side = len(pictures), pictures.shape[-1]
    inside = (pictures < 0.98).any(1, keepdim=True).float()
    pictures = torch.where(inside > 0, (pictures * gain).clamp(0, 1), pictures)
    scale = 1 + (torch.rand(count, generator=generator) - 0.5) * 0.2
    shift = (torch.rand(count, 2, generator=generator) - 0.5) * 4 * pad / side
    flat = torch.zeros(count, 2, 3)
    flat[:, 0, 0] = flat[:, 1, 1] = scale
    flat[:, :, 2] = shift
    grid = F.affine_grid(flat, list(pictures.shape), align_corners=False)
    pictures = 1 - F.grid_sample(1 - pictures, grid, align_corners=False)
    blurred = []
    for group in pictures.chunk(FRAMES):
        coarse = int(side / (1 + (COARSEST - 1) * float(torch.rand((), generator=generator)) ** 2))
        small = F.interpolate(group, coarse, mode="bilinear", antialias=True, align_corners=False)
        blurred.append(F.interpolate(small, side, mode="bilinear", align_corners=False))
    order = torch.rand(count, 1, 1, 1, generator=generator) < 0.5
    return torch.where(order, torch.cat(blurred), pictures)


def contrast(vectors: Tensor, who: Tensor) -> Tensor:
    """Supervised contrastive loss (Khosla et al. 2020): pictures of one person are to be each other's nearest."""
    alike = vectors @ vectors.T / TEMPERATURE
    itself = torch.eye(len(who), dtype=torch.bool)
    chances = alike.masked_fill(itself, -1e9).log_softmax(-1)
    same = (who[:, None] == who) & ~itself
    return -(chances * same).sum(-1).div(same.sum(-1).clamp(min=1)).mean()


@torch.no_grad()
def nearest_is_right(network: IdentityNetwork, people: Pictures) -> float:
    """How often another picture of the same person is nearest, over all pictures of all people."""
    vectors = torch.cat([network(body.float() / 255, face.float() / 255) for body, face in people])
    who = torch.cat([torch.full((len(body),), place) for place, (body, _) in enumerate(people)])
    alike = (vectors @ vectors.T).fill_diagonal_(-2.0)
    return float((who[alike.argmax(-1)] == who).float().mean())


def train(people: Pictures, steps: int) -> IdentityNetwork:
    """From nothing; one cosine."""
    torch.manual_seed(SEED)
    generator, network = torch.Generator().manual_seed(SEED), IdentityNetwork()
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    bar = tqdm(range(steps), desc="identity")
    for _ in bar:
        body, face, who = drawn(people, generator)
        loss = contrast(network(body, face), who)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        bar.set_postfix(loss=f"{float(loss.detach()):.2f}")
    return network.eval()


def main() -> None:
    """Train, say how well it does on people that it never saw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a wild folder of a seed that no evaluation uses")
    parser.add_argument("--held", type=Path, help="another folder, to test on all its people")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    network = train(people := read(args.data, "train"), args.steps)
    strangers = [*read(args.data, "validation"), *read(args.data, "test")]
    tested = {"held-out people of this folder": strangers}
    if args.held:
        tested["held folder"] = [one for split in ("train", "validation", "test") for one in read(args.held, split)]
    notes = {"people": str(len(people)), "steps": str(args.steps), "data": "wild, train split"}
    for name, others in tested.items():
        print(f"{name}: nearest is right {nearest_is_right(network, others):.3f} among {len(others)} people")
    network.save(args.out, notes)
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
