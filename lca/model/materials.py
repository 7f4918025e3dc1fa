"""What a surface does with light: albedo, normal, diffuse transfer and gloss of each Gaussian; `relight` shows it in any light.

Light is linear, so pictures of one lamp at a time add up to any environment. Transfer is a zonal harmonic about each normal: it
turns with the Gaussian, at no cost, and dims what stands in a fold. Lamps throw shadows between limbs; environments do not.
"""

from dataclasses import dataclass, fields, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import BANDS, Illumination, harmonics
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.geometry.shadows import visibility
from lca.geometry.tone import light_from_pixels, pixels_from_light

BOUNCE = 0.1
"""Of the mean radiance: light that reaches every fold from the surfaces round it."""


@dataclass(frozen=True)
class Materials:
    """Of one person or a batch: how each Gaussian takes light."""

    baked: Float[Tensor, "*batch gaussians 3"]
    """Logarithm of the light, linear RGB, that is painted into the canonical colour: albedo = colour / light."""
    normals: Float[Tensor, "*batch gaussians 3"]
    """Unit vectors in the frame of each Gaussian."""
    transfer: Float[Tensor, "*batch gaussians 3"]
    """What arrives of each band of the environment; 1 where nothing stands in the way."""
    gloss: Float[Tensor, "*batch gaussians 2"]
    """Reflectance at normal incidence, and the logarithm of the exponent of the highlight."""

    def __getitem__(self, index) -> "Materials":
        """Index the leading batch axes."""
        return self.map(lambda x: x[index])

    def map(self, function) -> "Materials":
        """Apply `function` to each tensor."""
        return Materials(*(function(getattr(self, field.name)) for field in fields(self)))

    def of(self, sources: Int[Tensor, "parts"]) -> "Materials":
        """Those of Gaussians that are parts of these."""
        return self.map(lambda x: x[..., sources, :])

    def unpainted(self) -> "Materials":
        """The same if no light were painted in: colours are taken for albedo."""
        return replace(self, baked=torch.zeros_like(self.baked))

    def reframed(self, before: Gaussians, after: Gaussians) -> "Materials":
        """The same normals in the person's frame, for Gaussians that were turned since."""
        facing = normals_of(before, self)
        return replace(self, normals=(quat_wxyz_to_matrix(after.quats_wxyz).mT @ facing[..., None])[..., 0])


def normals_of(gaussians: Gaussians, materials: Materials) -> Float[Tensor, "*batch gaussians 3"]:
    """Unit normals where the Gaussians are."""
    return (quat_wxyz_to_matrix(gaussians.quats_wxyz) @ materials.normals[..., None])[..., 0]


def albedo_of(gaussians: Gaussians, materials: Materials) -> Float[Tensor, "*batch gaussians 3"]:
    """Colour without light, linear RGB."""
    return light_from_pixels(gaussians.colors) * torch.exp(-materials.baked)


def relight(
    gaussians: Gaussians, materials: Materials, light: Illumination, eye: Float[Tensor, "*batch 3"] | None = None
) -> Gaussians:
    """Posed Gaussians in the colours (sRGB) that they have in `light`, seen from `eye` (world, m); without it nothing shines.

    One set or a batch; batch axes of all are the same. Differentiable in everything but the shadows. A single set on the CPU that
    needs no gradient takes one kernel.

    Raises:
        UserError: a light that is not finite.
    """
    light = light.checked()
    if _fusable(gaussians, materials, light, eye):
        from lca.model.relight_cpu import relight_fused

        painted = torch.exp(-materials.baked), materials.normals, materials.transfer, materials.gloss
        return replace(gaussians, colors=relight_fused(gaussians, painted, light, BOUNCE * light.mean, eye))
    return relight_plain(gaussians, materials, light, eye)


def _fusable(gaussians: Gaussians, materials: Materials, light: Illumination, eye: Tensor | None) -> bool:
    every = (*gaussians.tensors(), *vars(materials).values(), *vars(light).values(), *(() if eye is None else (eye,)))
    plain = all(x.device.type == "cpu" and x.dtype == torch.float32 for x in every)
    learning = torch.is_grad_enabled() and any(x.requires_grad for x in every)
    return plain and not learning and gaussians.means.ndim == 2 and light.around.ndim == 2


def relight_plain(
    gaussians: Gaussians, materials: Materials, light: Illumination, eye: Float[Tensor, "*batch 3"] | None = None
) -> Gaussians:
    """The twin of `relight` in plain torch: any device, with gradients, and the oracle of the kernel."""
    normals = normals_of(gaussians, materials)
    albedo = albedo_of(gaussians, materials)
    cosines, seen = _facing(normals, light), _seen(gaussians, light)
    around = (harmonics(normals) * materials.transfer[..., list(BANDS)]) @ light.matte
    diffuse = around.clamp(min=0) + (cosines * seen) @ light.colours + BOUNCE * light.mean[..., None, :]
    shown = albedo * diffuse
    if eye is not None:
        shown = shown + _shine(gaussians, materials, normals, cosines * seen, light, eye)
    return replace(gaussians, colors=pixels_from_light(shown))


def _facing(normals: Tensor, light: Illumination) -> Float[Tensor, "*batch gaussians lamps"]:
    return (normals @ light.directions.mT).clamp(min=0)


def _seen(gaussians: Gaussians, light: Illumination) -> Float[Tensor, "*batch gaussians lamps"]:
    """How much of each lamp each Gaussian sees."""
    count, lamps = len(gaussians), light.directions.shape[-2]
    if not lamps:
        return gaussians.means.new_zeros(*gaussians.means.shape[:-1], 0)
    points = gaussians.means.detach().reshape(-1, count, 3)
    directions = light.directions.detach().expand(*gaussians.means.shape[:-2], lamps, 3).reshape(len(points), lamps, 3)
    seen = [
        torch.stack([visibility(of, towards) for towards in each], -1)
        for of, each in zip(points, directions, strict=True)
    ]
    return torch.stack(seen).reshape(*gaussians.means.shape[:-1], lamps)


def _shine(
    gaussians: Gaussians, materials: Materials, normals: Tensor, arriving: Tensor, light: Illumination, eye: Tensor
) -> Float[Tensor, "*batch gaussians 3"]:
    """Highlights (Blinn-Phong, with Schlick's Fresnel) of lamps, and a blurred mirror of the environment."""
    base, exponent = materials.gloss[..., :1], materials.gloss[..., 1:].exp()
    view = F.normalize(eye[..., None, :] - gaussians.means, dim=-1)
    half = F.normalize(view[..., None, :] + light.directions[..., None, :, :], dim=-1)
    aligned = (half * normals[..., None, :]).sum(-1).clamp(min=1e-4)
    grazing = (1 - (half * view[..., None, :]).sum(-1)).clamp(min=0)
    lobe = (exponent + 8) / 25 * aligned**exponent * (base + (1 - base) * grazing**5 * base.gt(0))
    lamps = (lobe * arriving) @ light.colours
    facing = (view * normals).sum(-1, keepdim=True)
    mirrored = 2 * facing * normals - view
    return lamps + base * light.irradiance(mirrored).clamp(min=0) * facing.gt(0)
