"""What the relighting head is worth on one person: targets under lights that no photo was taken in.

Against no relighting, against the photos' colours taken for albedo (all else the same), and against another target's light.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.render import render
from lca.training.losses import over, psnr
from lca.training.probes import Subject
from lca.training.scores import Score

ONE_LIGHT = "the targets are all in one light"
SAME = 0.02
"""Mean difference of radiance below which two lights count as one."""


@torch.no_grad()
def probe_relight(model: LCA, subject: Subject) -> dict[str, Score]:
    """PSNR (dB) inside the mask and what relighting gains; `right_light` is the share of targets that look more like themselves
    in their own light than in another target's. None for a model without the head, or where the light is unknown."""
    targets = subject.example.targets
    light = targets.light()
    avatar = model.reconstruct(subject.example.photos, subject.example.betas)
    if avatar.materials is None or not light.around.isfinite().all():
        return {}
    naive = replace(avatar, materials=replace(avatar.materials, baked=torch.zeros_like(avatar.materials.baked)))
    truth = over(targets.image, targets.mask, targets.image.new_ones(len(targets.image), 3))
    own = lit_targets(avatar, subject, light)
    quality = {
        "none": psnr(lit_targets(avatar, subject, None), truth, targets.mask),
        "albedo": psnr(lit_targets(naive, subject, light), truth, targets.mask),
        "relit": psnr(own, truth, targets.mask),
    }
    scores: dict[str, Score] = {
        "psnr": quality["relit"].mean().item(),
        "psnr_none": quality["none"].mean().item(),
        "psnr_colour_as_albedo": quality["albedo"].mean().item(),
        "gain": (quality["relit"] - quality["none"]).mean().item(),
        "gain_over_albedo": (quality["relit"] - quality["albedo"]).mean().item(),
    }
    other, differs = another(light)
    if not differs.any():
        return scores | {"right_light": ONE_LIGHT, "gain_over_wrong_light": ONE_LIGHT}
    wrong = psnr(lit_targets(avatar, subject, other), truth, targets.mask)
    better = (quality["relit"] - wrong)[differs]
    return scores | {
        "right_light": (better > 0).float().mean().item(),
        "gain_over_wrong_light": better.mean().item(),
    }


def another(light: Illumination) -> tuple[Illumination, Tensor]:
    """The light of the next target for each, and which of them differ from their own."""
    order = torch.arange(len(light.around)).roll(1)
    other = light[order]
    unlike = (other.around - light.around).abs().mean((1, 2)) + (other.colours - light.colours).abs().mean((1, 2))
    turned = (other.directions - light.directions).abs().mean((1, 2)) * light.colours.mean((1, 2))
    return other, unlike + turned > SAME


def lit_targets(avatar: Avatar, subject: Subject, light: Illumination | None) -> Float[Tensor, "frames 3 h w"]:
    """An avatar driven like the targets, over white, each in its light; None: in the light of the photos."""
    targets, pictures = subject.example.targets, []
    camera, eps = targets.cameras()[0], avatar.eps_from_actions(targets.actions.nan_to_num())
    eye, white = camera.eye, targets.image.new_ones(3)
    for i in range(len(targets.theta)):
        posed: Gaussians = avatar.drive(targets.theta[i], eps[i], targets.psi[i], targets.translation[i])
        shown = posed if light is None else avatar.lit(posed, light[i], eye[i])
        pictures.append(render(shown, camera[i], white).image)
    return torch.stack(pictures)
