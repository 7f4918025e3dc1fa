"""SMPL-X's jaw and eyes, which are joints, as what drives our faces: actions and gaze.

An eye's joint has three angles, psi two: where it looks is kept exactly, its torsion about the line of sight is lost. A jaw's
opening and sideways turn become actions, in the ratio measured on our body and cut at the full action; its roll, and a jaw
pressed shut beyond rest, are lost.
"""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.geometry.body_file import load_body
from lca.geometry.rotations import axis_angle_to_matrix

JAW_OPEN = 0.31
"""Radians by which the jaw of our body turns about its joint when the action jawOpen is 1 (least squares over its skin)."""
JAW_SIDEWAYS = 0.083
"""Radians that carry the chin as far to the side as jawLeft or jawRight at 1."""
LOOK = 0.5
"""Radians by which an eye turns when one of its eyeLook actions is 1: our choice, ARKit gives no angle."""


def psi_of_eyes(eyes: Float[Tensor, "*batch 2 3"]) -> Float[Tensor, "*batch 4"]:
    """Axis-angle of (left, right) eye -> psi: the inverse of `lca.geometry.skinning.gaze`, but for the torsion."""
    x, y, z = axis_angle_to_matrix(eyes)[..., 2].unbind(-1)
    yaw, pitch = torch.atan2(x, z), torch.atan2(y, torch.hypot(x, z))
    return rearrange(torch.stack([yaw, pitch], -1), "... eye angle -> ... (eye angle)")


def actions_of_jaw(jaw: Float[Tensor, "frames 3"]) -> Float[Tensor, "frames 52"]:
    """Axis-angle of the jaw -> jawOpen, jawLeft and jawRight in [0, 1]; the other actions are 0."""
    down, left, _ = jaw.unbind(-1)
    strengths = {"jawOpen": down / JAW_OPEN, "jawLeft": left / JAW_SIDEWAYS, "jawRight": -left / JAW_SIDEWAYS}
    names = load_body().expression_names
    actions = torch.zeros(len(jaw), len(names)).to(jaw)
    for name, strength in strengths.items():
        actions[:, names.index(name)] = strength.clamp(0, 1)
    return actions


def jaw_of_actions(actions: Float[Tensor, "frames 52"]) -> Float[Tensor, "frames 3"]:
    """The jaw that jawOpen, jawLeft and jawRight describe, axis-angle: the inverse of `actions_of_jaw`."""
    names = load_body().expression_names
    down, left, right = (actions[:, names.index(name)] for name in ("jawOpen", "jawLeft", "jawRight"))
    return torch.stack([JAW_OPEN * down, JAW_SIDEWAYS * (left - right), torch.zeros_like(down)], -1)


def psi_of_looks(actions: Float[Tensor, "frames 52"]) -> Float[Tensor, "frames 4"]:
    """The gaze that the eight eyeLook actions describe; "in" is towards the nose."""
    names = load_body().expression_names

    def look(way: str, side: str) -> Float[Tensor, " frames"]:
        return actions[:, names.index(f"eyeLook{way}{side}")]

    left = look("Out", "Left") - look("In", "Left"), look("Up", "Left") - look("Down", "Left")
    right = look("In", "Right") - look("Out", "Right"), look("Up", "Right") - look("Down", "Right")
    return LOOK * torch.stack([*left, *right], -1)


def looks_of_psi(psi: Float[Tensor, "frames 4"]) -> dict[str, Float[Tensor, " frames"]]:
    """The eight eyeLook actions, in [0, 1], that describe a gaze: the inverse of `psi_of_looks` up to `LOOK` radians."""
    yaw, pitch = (rearrange(psi, "frame (eye angle) -> angle eye frame", angle=2) / LOOK).unbind(0)
    ways = {"OutLeft": yaw[0], "InLeft": -yaw[0], "InRight": yaw[1], "OutRight": -yaw[1]}
    ways |= {
        f"{way}{side}": sign * pitch[eye]
        for eye, side in enumerate(("Left", "Right"))
        for way, sign in (("Up", 1), ("Down", -1))
    }
    return {f"eyeLook{way}": strength.clamp(0, 1) for way, strength in ways.items()}
