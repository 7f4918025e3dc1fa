"""Light to look at: one person under many lights beside the truth, under skies by name, and by a lamp from anywhere."""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from PIL import Image

from lca.data.batch import Batch
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination, lamp
from lca.geometry.skies import SKIES
from lca.lab.figures import close_up, column, row, to_image, view
from lca.model.avatar import Avatar
from lca.model.materials import albedo_of, normals_of
from lca.model.network import LCA
from lca.render import render
from lca.training.losses import over

DIM = 0.25
"""Of a studio's light, round a lamp: enough to see where its shadows fall."""


@torch.no_grad()
def light_strip(model: LCA, example: Batch, frames: Sequence[int], height: int = 190) -> Image.Image:
    """Lines over some targets: in the photos' light, with the photos' colours for albedo, relit, relit in the next target's light
    (the control), truth."""
    avatar = model.reconstruct(example.photos, example.betas)
    materials, targets, chosen = avatar.known_materials(), example.targets, list(frames)
    light, masks = targets.light()[chosen], targets.mask[chosen]
    order = [*range(1, len(chosen)), 0]
    naive = replace(avatar, materials=replace(materials, baked=torch.zeros_like(materials.baked)))
    truth = over(targets.image[chosen], masks, torch.ones(len(chosen), 3))
    lines = {
        "photos' light": [_target(avatar, example, k, None) for k in chosen],
        "colour as albedo": [_target(naive, example, k, light[i]) for i, k in enumerate(chosen)],
        "relit": [_target(avatar, example, k, light[i]) for i, k in enumerate(chosen)],
        "wrong light": [_target(avatar, example, k, light[order[i]]) for i, k in enumerate(chosen)],
        "truth": list(truth),
    }
    return column(
        [
            row([close_up(picture, mask) for picture, mask in zip(line, masks, strict=True)], (name,), height)
            for name, line in lines.items()
        ]
    )


def _target(avatar: Avatar, example: Batch, frame: int, light: Illumination | None) -> torch.Tensor:
    targets = example.targets
    camera = targets.cameras()[0][frame]
    eps = avatar.eps_from_actions(targets.actions[frame].nan_to_num())
    posed = avatar.drive(targets.theta[frame], eps, targets.psi[frame], targets.translation[frame])
    shown = posed if light is None else avatar.lit(posed, light, camera.eye)
    return render(shown, camera, torch.ones(3)).image


def sky_row(avatar: Avatar, posed: Gaussians, camera: Camera, names: Sequence[str] = tuple(SKIES)) -> Image.Image:
    """A posed avatar in the photos' light and under skies by name."""
    lit = [avatar.lit(posed, SKIES[name].light(), camera.eye) for name in names]
    return row([view(each, camera) for each in (posed, *lit)], ("as photographed", *names), camera.height)


def by_lamp(
    avatar: Avatar, posed: Gaussians, camera: Camera, azimuth: float, elevation: float, strength: float = 1.6
) -> Image.Image:
    """By one lamp in a dim studio; degrees, azimuth 0 is in front of the person (+z), growing towards its left."""
    across, up = math.radians(azimuth), math.radians(elevation)
    towards = [math.sin(across) * math.cos(up), math.sin(up), math.cos(across) * math.cos(up)]
    light = SKIES["studio"].light().brightened(DIM) + lamp(torch.tensor(towards), torch.full((3,), strength))
    return view(avatar.lit(posed, light, camera.eye), camera)


def materials_row(avatar: Avatar, posed: Gaussians, camera: Camera) -> Image.Image:
    """What the head found: the painted colour, albedo, the light that was painted in, normals, transfer."""
    materials = avatar.known_materials()
    normals = (normals_of(posed, materials) + 1) / 2
    shown = {
        "colour": posed.colors,
        "albedo": albedo_of(posed, materials).clamp(0, 1) ** (1 / 2.2),
        "painted light": (materials.baked.exp() / 1.6).clamp(0, 1),
        "normals": normals,
        "transfer": (materials.transfer / 1.5).clamp(0, 1),
    }
    pictures = [to_image(render(replace(posed, colors=c), camera, torch.ones(3)).image) for c in shown.values()]
    return row(pictures, tuple(shown), camera.height)
