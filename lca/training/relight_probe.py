"""What the relighting head is worth on one person: targets under lights that no photo was taken in.

Against no relighting, against the photos' colours taken for albedo (all else the same), and against another target's light.
"""

from dataclasses import replace

import torch
from torch import Tensor

from lca.data.batch import Targets
from lca.geometry.illumination import Illumination
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.training.losses import psnr
from lca.training.probes import Subject
from lca.training.scores import Score, bodies, truth_of

ONE_LIGHT = "the targets are all in one light"
SAME = 0.02
"""Mean difference of radiance below which two lights count as one."""


@torch.no_grad()
def probe_relight(model: LCA, subject: Subject) -> dict[str, Score]:
    """Scores of the feed-forward avatar; see `relight_scores`."""
    return relight_scores(model.reconstruct(subject.example.photos, subject.example.betas), subject.example.targets)


@torch.no_grad()
def relight_scores(avatar: Avatar, targets: Targets) -> dict[str, Score]:
    """PSNR (dB) inside the mask and what relighting gains; `right_light_share` is the share of targets that look more like
    themselves in their own light than in another target's. None without materials, or where the light is unknown."""
    light = targets.light()
    if avatar.materials is None or not light.around.isfinite().all():
        return {}
    naive, truth = replace(avatar, materials=avatar.materials.unpainted()), truth_of(targets).body

    def compared(shown: Avatar, under: Illumination | None) -> Tensor:
        return psnr(bodies(shown, targets, under).image, truth, targets.mask)

    quality = {"none": compared(avatar, None), "albedo": compared(naive, light), "relit": compared(avatar, light)}
    scores: dict[str, Score] = {
        "psnr": quality["relit"].mean().item(),
        "psnr_none": quality["none"].mean().item(),
        "psnr_colour_as_albedo": quality["albedo"].mean().item(),
        "gain": (quality["relit"] - quality["none"]).mean().item(),
        "gain_over_albedo": (quality["relit"] - quality["albedo"]).mean().item(),
    }
    other, differs = another(light)
    if not differs.any():
        return scores | {"right_light_share": ONE_LIGHT, "gain_over_wrong_light": ONE_LIGHT}
    better = (quality["relit"] - compared(avatar, other))[differs]
    return scores | {
        "right_light_share": (better > 0).float().mean().item(),
        "gain_over_wrong_light": better.mean().item(),
    }


def another(light: Illumination) -> tuple[Illumination, Tensor]:
    """The light of the next target for each, and which of them differ from their own."""
    order = torch.arange(len(light.around)).roll(1)
    other = light[order]
    unlike = (other.around - light.around).abs().mean((1, 2)) + (other.colours - light.colours).abs().mean((1, 2))
    turned = (other.directions - light.directions).abs().mean((1, 2)) * light.colours.mean((1, 2))
    return other, unlike + turned > SAME
