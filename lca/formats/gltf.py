"""Splats as binary glTF, with the ratified extension KHR_gaussian_splatting
(https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Khronos/KHR_gaussian_splatting).

Points carry the Gaussians as attributes; a viewer that does not know the extension shows coloured points. The extension says
nothing of skins: the rigged variant carries the skeleton and weights of core glTF on the same points, for viewers that deform
splats by them. The pose branch is not in it.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.formats.glb import VERTICES, Buffer, write_container
from lca.formats.gltf_rig import RigMotion, Skeleton, add_skeleton, influences
from lca.formats.splats import Splats, as_splats
from lca.geometry.gaussians import Gaussians

EXTENSION = "KHR_gaussian_splatting"
PROPERTIES = {
    "kernel": "ellipse",
    "colorSpace": "srgb_rec709_display",
    "projection": "perspective",
    "sortingMethod": "cameraDistance",
}


def write_glb(
    path: str | Path, gaussians: Gaussians, skeleton: Skeleton | None = None, playback: RigMotion | None = None
) -> None:
    """Write one set of sRGB Gaussians as float32; colours are spherical harmonics of degree 0.

    Convention: y up, the viewer on the side of +z, as our world. Scales are metres, opacities as they are, rotations x y z w;
    COLOR_0, what points show, is linear as core glTF wants it. With `skeleton` the Gaussians are those of the rest pose, held
    by their joints; with `playback` too, the skeleton has an animation.

    Raises:
        UserError: the Gaussians are a batch, not finite, or have other than three colour channels.
    """
    splats, buffer = as_splats(gaussians), Buffer()
    attributes = {name: buffer.add(rows, VERTICES, name == "POSITION") for name, rows in _attributes(splats).items()}
    if skeleton is not None:
        attributes |= {name: buffer.add(rows, VERTICES) for name, rows in influences(skeleton).items()}
    primitive = {"mode": 0, "attributes": attributes, "extensions": {EXTENSION: PROPERTIES}}
    document = {
        "extensionsUsed": [EXTENSION],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "splats", "mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
    }
    if skeleton is not None:
        add_skeleton(document, buffer, skeleton, playback)
    write_container(path, document, buffer)


def _attributes(splats: Splats) -> dict[str, Float32[ndarray, "gaussians ..."]]:
    shown = np.concatenate([_linear(splats.colors), splats.opacities[:, None]], -1)
    return {
        "POSITION": splats.means,
        "COLOR_0": shown,
        f"{EXTENSION}:ROTATION": splats.quats_xyzw,
        f"{EXTENSION}:SCALE": splats.scales,
        f"{EXTENSION}:OPACITY": splats.opacities,
        f"{EXTENSION}:SH_DEGREE_0_COEF_0": splats.f_dc,
    }


def _linear(srgb: Float32[ndarray, "gaussians 3"]) -> Float32[ndarray, "gaussians 3"]:
    srgb = srgb.clip(0, 1)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
