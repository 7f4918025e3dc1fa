"""What the tensors of an avatar must be: names, kinds, shapes against each other, ranges.

Judged before anything is made of them, when an avatar is read and before it is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from lca.errors import UserError
from lca.model.driver import ACTIONS, EPS, OUTPUTS, PSI, ROOT, THETA

REMEDY = "create it again"
JOINTS = 55
MOST = {
    **{"gaussians": 2**20, "anchors": 2**14, "width": 2**12, "hidden": 2**12, "outputs": 2**14, "moved": 2**20},
    **{"shape": 1000, "influences": JOINTS},
}
"""Axes that every avatar has of its own, and how long they may be: what is computed from a small file stays small, too."""
SINGLE, HALF, WHOLE = (torch.float32,), (torch.float16,), (torch.int32, torch.int64)
FARTHEST, LARGEST_SCALE, WEIGHT = 100.0, 10.0, 1e3
"""Metres from the origin; metres; the size of a number of a network or of a token, of which the largest we know is 7."""


@dataclass(frozen=True)
class TensorRule:
    """Axes (a length, or a name of `MOST`) and range of a tensor."""

    axes: tuple[str | int, ...]
    low: int | float
    high: int | float
    kinds: tuple[torch.dtype, ...] = SINGLE


def _weights(*axes: str | int) -> TensorRule:
    return TensorRule(axes, -WEIGHT, WEIGHT)


RULES = {
    "canonical.means": TensorRule(("gaussians", 3), -FARTHEST, FARTHEST),
    "canonical.quats_wxyz": TensorRule(("gaussians", 4), -WEIGHT, WEIGHT),
    "canonical.scales": TensorRule(("gaussians", 3), 0.0, LARGEST_SCALE),
    "canonical.opacities": TensorRule(("gaussians",), 0.0, 1.0),
    "canonical.colors": TensorRule(("gaussians", 3), -1.0, 2.0),
    "driver.token.weight": _weights("hidden", "width"),
    "driver.token.bias": _weights("hidden"),
    "driver.pose.weight": _weights("hidden", THETA - ROOT),
    "driver.face.weight": _weights("hidden", EPS + PSI),
    "driver.middle.weight": _weights("hidden", "hidden"),
    "driver.middle.bias": _weights("hidden"),
    "driver.out.weight": _weights("outputs", "hidden"),
    "driver.blend.weight": _weights(ACTIONS, EPS),
    "driver.moved": TensorRule(("moved",), 0, 2**20, WHOLE),
    "driver.directions": TensorRule(("moved", 3, ACTIONS), -FARTHEST, FARTHEST, HALF),
    "joints": TensorRule((JOINTS, 3), -FARTHEST, FARTHEST),
    "parents": TensorRule((JOINTS,), -1, JOINTS - 1, WHOLE),
    "skin_indices": TensorRule(("gaussians", "influences"), 0, JOINTS - 1, WHOLE),
    "skin_weights": TensorRule(("gaussians", "influences"), 0.0, 1.0),
    "betas": TensorRule(("shape",), -FARTHEST, FARTHEST),
    "tokens": _weights("anchors", "width"),
    "face_anchors": TensorRule(("anchors",), 0.0, 1.0),
    "action_map": _weights(ACTIONS + 1, EPS),
    "sources": TensorRule(("gaussians",), 0, 2**28, WHOLE),
    "materials.baked": TensorRule(("gaussians", 3), -20.0, 20.0),
    "materials.normals": TensorRule(("gaussians", 3), -1.001, 1.001),
    "materials.transfer": TensorRule(("gaussians", 3), 0.0, 10.0),
    "materials.gloss": TensorRule(("gaussians", 2), 0.0, 10.0),
}
MATERIALS = {name for name in RULES if name.startswith("materials.")}
"""There together, or not at all."""


def check_avatar(tensors: Mapping[str, Tensor]) -> None:
    """Raises: UserError: a name is missing or unknown, a kind, shape, range or relation is wrong; says which."""
    moved = "driver.moved" in tensors and bool(tensors["driver.moved"].numel())
    known = RULES.keys() - (set() if moved else {"driver.blend.weight"})
    optional = {"sources"} | (set() if MATERIALS & tensors.keys() else MATERIALS)
    missing, unknown = sorted(known - optional - tensors.keys()), sorted(tensors.keys() - known)
    if missing or unknown:
        raise UserError(
            f"expected the tensors of an avatar, got {_list(missing)} missing and {_list(unknown)} too many; {REMEDY}"
        )
    lengths: dict[str, int] = {}
    for name in (name for name in RULES if name in tensors):
        _check_tensor(name, tensors[name], lengths)
    _check_relations(tensors, lengths)


def _check_tensor(name: str, tensor: Tensor, lengths: dict[str, int]) -> None:
    """One tensor against its rule; lengths of axes are those of the first tensor that has them."""
    rule = RULES[name]
    if tensor.dtype not in rule.kinds:
        raise UserError(f"expected {name} of {rule.kinds[0]}, got {tensor.dtype}; {REMEDY}")
    if tensor.ndim == len(rule.axes):
        for axis, length in zip(rule.axes, tensor.shape, strict=True):
            if isinstance(axis, str):
                lengths.setdefault(axis, length)
    wanted = tuple(lengths.get(axis, 0) if isinstance(axis, str) else axis for axis in rule.axes)
    if tuple(tensor.shape) != wanted:
        axes = ", ".join(
            f"{axis} {lengths.get(axis, '?')}" if isinstance(axis, str) else str(axis) for axis in rule.axes
        )
        raise UserError(f"expected {name} ({axes}), got {tuple(tensor.shape)}; {REMEDY}")
    if tensor.numel() and not (tensor.min() >= rule.low and tensor.max() <= rule.high):
        got = f"{tensor.min().item():g} to {tensor.max().item():g}"
        raise UserError(f"expected {name} from {rule.low:g} to {rule.high:g}, got {got}; {REMEDY}")


def _check_relations(tensors: Mapping[str, Tensor], lengths: Mapping[str, int]) -> None:
    """What holds between tensors."""
    for axis, length in lengths.items():
        if not (length <= MOST[axis] and (length or axis == "moved")):
            raise UserError(f"expected 1 to {MOST[axis]} {axis}, got {length}; {REMEDY}")
    if lengths["outputs"] % OUTPUTS:
        raise UserError(f"expected {OUTPUTS} outputs a Gaussian, got {lengths['outputs']} in all; {REMEDY}")
    unfolded = lengths["anchors"] * (lengths["outputs"] // OUTPUTS)
    if unfolded > MOST["gaussians"] or ("sources" not in tensors and unfolded != lengths["gaussians"]):
        raise UserError(
            f"expected {unfolded} Gaussians of {lengths['anchors']} anchors, got {lengths['gaussians']}; {REMEDY}"
        )
    for name in ("driver.moved", "sources"):
        if name in tensors and tensors[name].numel() and tensors[name].max() >= unfolded:
            raise UserError(f"expected {name} below {unfolded}, got {tensors[name].max().item()}; {REMEDY}")
    parents = tensors["parents"].tolist()
    if parents[0] != -1 or not all(0 <= parent < joint for joint, parent in enumerate(parents[1:], 1)):
        raise UserError(f"expected a root and every parent before its children, got parents {parents}; {REMEDY}")
    sums = tensors["skin_weights"].sum(-1)
    if (sums - 1).abs().max() > 1e-3:
        raise UserError(f"expected skin_weights that add up to 1, got {sums.min():g} to {sums.max():g}; {REMEDY}")


def _list(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "") if names else "none"
