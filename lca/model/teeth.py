"""Teeth. Photos of closed mouths show none, and the body's surface, on which the network's Gaussians lie, has none: a mouth that
opened was a red hole. Tiles of the two rows in the body's wardrobe are put behind the lips.

Each tile is driven as a part of one of the network's Gaussians inside the mouth (`Avatar.sources`), which from then on follows
the row's own blendshapes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from einops import einsum
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.body import PARTS
from lca.geometry.body_file import WARDROBE, load_body
from lca.geometry.gaussians import Gaussians
from lca.model.added import with_tiles
from lca.model.avatar import Avatar
from lca.model.template import INFLUENCES, Template, surface_frames

FINE = 4
"""Into how many parts the sides of the rows' triangles are cut: tiles are 2 to 3 mm wide."""
FRONT, FACING = 0.6, 0.2
"""Radians to either side within which teeth are seen, and the least z of the normals of what faces the lips."""
SHOWN = (-0.0095, 0.011)
"""Metres from the bite within which rows are seen: lower or higher gums come through the skin beside a smile."""
GROUPS = 9
"""Parts of a row that move as one each."""
MIDDLE, RADIUS = 0.105, 0.040
"""Metres, rest pose: z of the middle of the arch of teeth, and its radius."""
JAW = 22
"""The joint that carries the lower row."""
BITE = 0.5187
"""Metres, rest pose: y of the upper teeth's edge."""
GUMS = {"upper": (0.0095, 0.0018), "lower": (0.0085, 0.0014)}
"""Metres from the bite to the gums in the middle of a tooth, and how much nearer they are between two."""
INCISOR, CANINE, LOWER = 0.0082, 0.0060, 0.0058
"""Metres: widths of the upper teeth, from the middle to the sides, and of the lower ones."""
ENAMEL, GUM = (0.80, 0.76, 0.69), (0.45, 0.24, 0.23)
"""sRGB."""
SOLID = 0.97
THIN = 0.25
"""Thickness of a tile over its half width."""
BACK = 0.0015
"""Metres that the rows lie further back than on the body: lips of a likeness are tiles with gaps."""
LIP = 0.02
"""Metres from the rows within which lips tell how far the mouth is from the body's place."""


@dataclass(frozen=True)
class Teeth:
    """The tiles of both rows on the mean body at rest (metres), what carries them, and their colour (sRGB)."""

    points: Float[Tensor, "tiles 3"]
    frames: Float[Tensor, "tiles 4"]
    sides: Float[Tensor, "tiles"]
    """Half the width of a tile, about."""
    colors: Float[Tensor, "tiles 3"]
    shape_directions: Float[Tensor, "tiles 3 shapes"]
    blendshapes: Float[Tensor, "tiles 3 52"]
    weights: Float[Tensor, "tiles joints"]
    group: Int[Tensor, "tiles"]
    """What moves as one: parts of the lower row from its right to its left, then those of the upper row."""


@torch.no_grad()
def with_teeth(avatar: Avatar, template: Template) -> Avatar:
    """The avatar with teeth behind its lips, wherever these are; `template` is the one that it was made with. One with fewer
    Gaussians in its mouth than carry teeth has none."""
    teeth = front_teeth()
    groups = [teeth.blendshapes[teeth.group == each].mean(0) for each in range(int(teeth.group.max()) + 1)]
    driver = avatar.driver.frozen_copy()
    places = _carriers(driver.moved, driver.directions.float(), template, groups)
    if len(places) < len(groups):
        return avatar
    driver.directions[places] = torch.stack(groups).to(driver.directions)
    before, carriers = avatar.source_of, driver.moved.long()[places]
    parts = torch.stack([(before == each).nonzero()[0, 0] for each in carriers])
    shaped = teeth.points + teeth.shape_directions[..., : len(avatar.betas)] @ avatar.betas
    side = teeth.sides[:, None]
    tiles = Gaussians(
        means=shaped + lips_moved(avatar, template) - shaped.new_tensor([0.0, 0.0, BACK]),
        quats_wxyz=teeth.frames,
        scales=torch.cat([side, side, THIN * side], 1),
        opacities=torch.full_like(teeth.sides, SOLID),
        colors=teeth.colors,
    )
    weights, indices = teeth.weights.topk(INFLUENCES, -1)
    return replace(with_tiles(avatar, tiles, parts[teeth.group], indices, weights), driver=driver)


def _carriers(
    moved: Int[Tensor, "moved"],
    directions: Float[Tensor, "moved 3 52"],
    template: Template,
    groups: Sequence[Float[Tensor, "3 52"]],
) -> list[int]:
    """Among the Gaussians with blendshapes, of those in the mouth the one that moves most like each group; no two the same."""
    places = (template.part[moved.long()] == PARTS.index("mouth")).nonzero()[:, 0]
    apart = torch.stack([(directions[places] - each).flatten(1).norm(dim=1) for each in groups])
    chosen: list[int] = []
    for row in apart if len(places) >= len(groups) else ():
        row[chosen] = math.inf
        chosen.append(int(row.argmin()))
    return places[chosen].tolist()


@torch.no_grad()
def lips_moved(avatar: Avatar, template: Template) -> Float[Tensor, "3"]:
    """How far an avatar's lips are from where its body has them, metres: the median, for jaws are rigid; 0 without lips."""
    sources = avatar.source_of
    near = torch.cdist(template.points, front_teeth().points).amin(1) < LIP
    lips = ((template.part == PARTS.index("face")) & near)[sources]
    moved = (avatar.canonical.means - template.shaped(avatar.betas[None])[0][sources])[lips]
    return moved.median(0).values if len(moved) else moved.new_zeros(3)


@cache
def front_teeth() -> Teeth:
    """The front of both rows of the default body, cut finely."""
    with np.load(WARDROBE, allow_pickle=False) as store:
        mesh = {
            name.removeprefix("teeth_"): torch.from_numpy(store[name]) for name in store.files if name[:5] == "teeth"
        }
    vertices, faces = mesh["template"].float(), mesh["faces"].long()
    corners = vertices[faces]
    normals = F.normalize(torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), dim=-1)
    across, _, ahead = corners.mean(1).unbind(-1)
    front = (torch.atan2(across, ahead - MIDDLE).abs() < FRONT) & (normals[:, 2] > FACING)
    pieces = _cut(FINE)

    def carried(values: Tensor) -> Tensor:
        return einsum(values.float()[faces[front]], pieces.mean(1), "t c ..., p c -> t p ...").flatten(0, 1)

    skinning = torch.zeros(len(vertices), len(load_body().parents))
    skinning.scatter_add_(1, mesh["skin_indices"].long(), mesh["skin_weights"].float())
    small = einsum(corners[front], pieces, "t c xyz, p corner c -> t p corner xyz").flatten(0, 1)
    areas = torch.linalg.cross(small[:, 1] - small[:, 0], small[:, 2] - small[:, 0]).norm(dim=-1) / 2
    points = carried(vertices)
    weights = carried(skinning)
    upper = weights[:, JAW] < 0.5
    place = torch.atan2(points[:, 0], points[:, 2] - MIDDLE) / FRONT
    side = ((place + 1.0) / 2.0 * GROUPS).long().clamp(0, GROUPS - 1)
    teeth = Teeth(
        points=points,
        frames=surface_frames(small),
        sides=0.75 * areas.sqrt(),
        colors=painted_teeth(points, upper),
        shape_directions=carried(mesh["shape_directions"]),
        blendshapes=carried(mesh["expression_directions"]),
        weights=weights,
        group=GROUPS * upper.long() + side,
    )
    height = points[:, 1] - BITE
    seen = (height > SHOWN[0]) & (height < SHOWN[1]) & (place.abs() < 1.0)
    return Teeth(*(values[seen] for values in vars(teeth).values()))


def _cut(parts: int) -> Float[Tensor, "pieces corners 3"]:
    """Barycentric coordinates of the corners of the triangles into which a triangle is cut, `parts` along each side."""

    def at(i: int, j: int) -> list[float]:
        return [i / parts, j / parts, (parts - i - j) / parts]

    upright = [[at(i, j), at(i + 1, j), at(i, j + 1)] for i in range(parts) for j in range(parts - i)]
    inverted = [[at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)] for i in range(parts) for j in range(parts - 1 - i)]
    return torch.tensor(upright + inverted)


def painted_teeth(points: Float[Tensor, "points 3"], upper: Bool[Tensor, "points"]) -> Float[Tensor, "points 3"]:
    """What colour the rows have at points of them (rest pose, metres): teeth in their gums, darker between and to the sides."""
    across, height, ahead = points.unbind(-1)
    angle = torch.atan2(across, ahead - MIDDLE)
    along = RADIUS * angle
    aside = ((along.abs() - 0.004) / 0.012).clamp(0.0, 1.0)
    width = torch.where(upper, INCISOR + (CANINE - INCISOR) * aside, points.new_tensor(LOWER))
    from_gap = 2 * (along / width - (along / width).round()).abs()
    (high, between), (low, below) = GUMS["upper"], GUMS["lower"]
    papilla = (1.0 - from_gap) ** 2
    into_gum = torch.where(upper, height - BITE - high + between * papilla, BITE - height - low + below * papilla)
    gum = (0.5 + into_gum / 0.0012).clamp(0.0, 1.0)[:, None]
    deep = (1.0 - 0.7 * ((angle.abs() - 0.1) / 0.85).clamp(0.0, 1.0))[:, None]
    gap = (1.0 - 0.35 * (1.0 - from_gap / 0.35).clamp(0.0, 1.0))[:, None]
    return deep * torch.lerp(gap * points.new_tensor(ENAMEL), points.new_tensor(GUM), gum)
