"""What a head wears: glasses and headwear as pieces bound to it."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from lca.world.body.figure import JOINTS, Figure, Piece, body_pattern, piece
from lca.world.body.mesh import bind
from lca.world.body.scene import SCENE_PARTS
from lca.world.hair.glasses import frame, lenses
from lca.world.hair.headwear import HEADWEAR, HeadCloth


@dataclass(frozen=True)
class Worn:
    """Names from `glasses.SHAPES` and `HEADWEAR` or ""; `tinted` lenses; sizes as these functions take them."""

    glasses: str = ""
    tinted: bool = False
    frame_size: float = 1.0
    frame_thick: float = 0.0013
    headwear: str = ""
    headwear_size: float = 0.5


def make_accessories(figure: Figure, worn: Worn, looks: dict[str, int]) -> list[Piece]:
    """Glasses and headwear on the figure; `looks` are the material rows of frame, lens and headwear."""
    pieces = []
    if worn.glasses:
        pieces.append(on_head(figure, *frame(worn.glasses, worn.frame_size, worn.frame_thick), looks["frame"]))
        if worn.tinted:
            pieces.append(on_head(figure, *lenses(worn.glasses, worn.frame_size), looks["lens"]))
    if worn.headwear:
        pieces.append(on_shoulders(figure, HEADWEAR[worn.headwear](worn.headwear_size), looks["headwear"]))
    return pieces


def on_head(
    figure: Figure,
    vertices: Float[np.ndarray, "vertices 3"],
    faces: Float[np.ndarray, "faces 3"] | np.ndarray,
    look: int,
) -> Piece:
    """A rigid thing carried by the head, in the place that the face's shape gives it."""
    pattern = body_pattern()[1]
    upper = np.flatnonzero(pattern.template[:, 1] > 0.48)
    tie = bind(vertices, pattern.template[upper], 48)
    weights = np.zeros((len(vertices), JOINTS), np.float32)
    weights[:, 15] = 1
    rest = vertices + tie(figure.moved[upper])
    return piece(rest, vertices, faces, weights, look, 1 + SCENE_PARTS.index("accessories"))


def on_shoulders(figure: Figure, cloth: HeadCloth, look: int) -> Piece:
    """Cloth of which the part that hangs follows neck and shoulders and keeps off them."""
    pattern = body_pattern()[1]
    upper = np.flatnonzero(pattern.template[:, 1] > 0.25)
    tie = bind(cloth.vertices, pattern.template[upper], 24)
    weights = np.zeros((len(cloth.vertices), JOINTS), np.float32)
    weights[:, 15] = 1
    low = cloth.hangs[:, None].astype(np.float32)
    weights = (1 - low) * weights + low * tie(pattern.weights[upper])
    base = piece(
        cloth.vertices + tie(figure.moved[upper]), cloth.vertices, cloth.faces, weights, look,
        1 + SCENE_PARTS.index("accessories"),
    )  # fmt: skip
    details = np.zeros((len(cloth.vertices), 4), np.float32)
    details[:, :2] = cloth.details
    return replace(base, details=details, gap=0.010, loose=(cloth.hangs > 0.02).astype(np.float32))
