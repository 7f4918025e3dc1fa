"""Light to look at: one person under many lights beside the truth, under skies by name, and by a lamp from anywhere."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from PIL import Image

from lca.data.batch import Batch
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.geometry.skies import SKIES
from lca.lab.figures import close_ups, column, row, to_image, view
from lca.lab.lighting import BRIGHT, lamplight
from lca.model.avatar import Avatar
from lca.model.materials import albedo_of, normals_of
from lca.model.network import LCA
from lca.render import render
from lca.training.scores import bodies, truth_of


@torch.no_grad()
def light_strip(model: LCA, example: Batch, frames: Sequence[int], height: int = 190) -> Image.Image:
    """Lines over some targets: in the photos' light, with the photos' colours for albedo, relit, relit in the next target's light
    (the control), truth."""
    avatar = model.reconstruct(example.photos, example.betas)
    naive = replace(avatar, materials=avatar.known_materials().unpainted())
    targets = example.targets[list(frames)]
    light, next_one = targets.light(), [*range(1, len(targets.mask)), 0]
    lines = {
        "photos' light": bodies(avatar, targets).image,
        "colour as albedo": bodies(naive, targets, light).image,
        "relit": bodies(avatar, targets, light).image,
        "wrong light": bodies(avatar, targets, light[next_one]).image,
        "truth": truth_of(targets).body,
    }
    return column([close_ups(line, targets.mask, height, name) for name, line in lines.items()])


def sky_row(avatar: Avatar, posed: Gaussians, camera: Camera, names: Sequence[str] = tuple(SKIES)) -> Image.Image:
    """A posed avatar in the photos' light and under skies by name."""
    lit = [avatar.lit(posed, SKIES[name].light(), camera.eye) for name in names]
    return row([view(each, camera) for each in (posed, *lit)], ("as photographed", *names), camera.height)


def by_lamp(
    avatar: Avatar, posed: Gaussians, camera: Camera, azimuth: float, elevation: float, strength: float = BRIGHT
) -> Image.Image:
    """By one lamp in a dim studio; see `lca.lab.lighting.lamplight`."""
    light = lamplight(azimuth, elevation, strength)
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
