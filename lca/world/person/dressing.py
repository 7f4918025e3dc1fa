"""From an identity to the pieces of surface: skin with what cloth hides taken away, eyes, teeth, lashes, hair, clothes, shoes.

An identity brings `clothes` (`lca.world.garments.clothes`), whose rows of material are the last ones of its `materials`.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from lca.geometry.body import PARTS
from lca.world.body.figure import Figure, Piece, body_pattern, helper_pattern, piece
from lca.world.body.scene import vertex_normals
from lca.world.garments.clothes import ROWS as CLOTHES_ROWS
from lca.world.garments.clothes import Clothes
from lca.world.garments.collars import make_collar
from lca.world.garments.draping import Field
from lca.world.garments.footwear import make_shoes
from lca.world.garments.skirts import make_skirt, skirt_field
from lca.world.garments.tops import Top, make_top, top_field
from lca.world.garments.trousers import make_shaft, make_trousers, trousers_field
from lca.world.garments.wardrobe import ground, ramp
from lca.world.hair.hairdo import make_hair
from lca.world.person.identity import ROWS, Identity

DEEP = 0.03
"""Skin this far (m) inside a snug garment is left out; twice the room of a loose one further in."""


def dress(figure: Figure, identity: Identity) -> list[Piece]:
    """All pieces of a person in the T-pose."""
    first = len(identity.materials) - len(identity.clothes.materials)
    pieces = [*skin_pieces(figure, identity.clothes), *clothe(figure, identity.clothes, first)]
    if identity.hair is not None:
        pieces += make_hair(figure, identity.hair, identity.hair_seed, ROWS.index("hair"))
    return pieces


def clothe(figure: Figure, clothes: Clothes, first: int) -> list[Piece]:
    """The clothes on a figure; `first` is the row of material of the first of them."""
    row = {name: first + n for n, name in enumerate(CLOTHES_ROWS)}
    pieces = worn_top(figure, clothes.shirt, clothes.shirt_collar, row["shirt"])
    if clothes.trousers is not None:
        pieces.append(make_trousers(figure, clothes.trousers, row["bottom"]))
    if clothes.skirt is not None:
        pieces.append(make_skirt(figure, clothes.skirt, row["bottom"]))
    if clothes.jacket is not None:
        pieces += worn_top(figure, clothes.jacket, clothes.jacket_collar, row["jacket"])
    if clothes.socks > 0:
        pieces.append(make_shaft(figure, 0.055, clothes.socks, 0.003, "trousers", row["socks"]))
    if clothes.shoe is not None:
        pieces += make_shoes(figure, clothes.shoe, row["shoes"])
    return pieces


def worn_top(figure: Figure, top: Top, collar: str, look: int) -> list[Piece]:
    """A top with its collar."""
    cloth, line = make_top(figure, top, look)
    return [cloth] if collar == "none" else [cloth, make_collar(line, collar, look)]


def hidden(clothes: Clothes) -> tuple[Field, np.ndarray]:
    """Per body vertex: how far inside its garment it lies (m, largest), and whether it is out of sight for good."""
    points = body_pattern()[1].template
    height = points[:, 1] - ground()
    shirt = top_field(points, clothes.shirt)
    covers, deep = [shirt], shirt > DEEP + 2 * clothes.shirt.ease
    if clothes.jacket is not None:
        covers.append(top_field(points, clothes.jacket))
    if clothes.trousers is not None:
        covers.append(trousers_field(points, clothes.trousers))
        deep |= covers[-1] > DEEP + 2 * clothes.trousers.ease
    if clothes.skirt is not None:
        covers.append(skirt_field(points, clothes.skirt))
    if clothes.socks > 0:
        covers.append(clothes.socks - height)
        deep |= covers[-1] > DEEP
    if clothes.shoe is not None:
        covers.append(np.maximum(clothes.shoe.collar, clothes.shoe.shaft) - 0.02 - height)
        deep |= (clothes.shoe.collar - 0.02 - height > 0) | (covers[-1] > DEEP)
    return np.maximum.reduce(covers), deep


def skin_pieces(figure: Figure, clothes: Clothes) -> list[Piece]:
    """Skin, eyeballs, mouth, teeth, lashes."""
    body, pattern = body_pattern()
    labels = body.part_labels.numpy()
    depth, deep = hidden(clothes)
    rest = figure.rest - 0.004 * ramp(-0.003, 0.008, depth)[:, None] * figure.normals
    seen = ~deep[pattern.faces].all(1)
    corner = labels[pattern.faces]
    eye, mouth = PARTS.index("eye"), PARTS.index("mouth")
    part = np.where(
        (corner == corner[:, :1]).all(1) | ~np.isin(corner[:, 0], (eye, mouth)), corner[:, 0], corner.min(1)
    )
    details = skin_details(labels)
    pieces = []
    for mask, look in ((~np.isin(part, (eye, mouth)), "skin"), (part == eye, "eye"), (part == mouth, "mouth")):
        used, faces = np.unique(pattern.faces[mask & seen], return_inverse=True)
        part_piece = piece(
            rest[used], pattern.template[used], faces.reshape(-1, 3), pattern.weights[used], ROWS.index(look), 0
        )
        part_piece = replace(part_piece, parts=(1 + part[mask & seen]).astype(np.uint8), details=details[used])
        pieces.append(expressive(part_piece, pattern.expression_directions[used]))
    for name, look, owner in (("teeth", "teeth", "mouth"), ("lashes", "lash", "face")):
        helper = helper_pattern(name)
        share, root = (0.35, lid_roots()) if name == "lashes" else (1.0, np.zeros(len(helper.template), int))
        template = share * helper.template + (1 - share) * pattern.template[root]
        shaped = share * helper.shaped(figure.betas) + (1 - share) * figure.rest[root]
        moves = share * helper.expression_directions + (1 - share) * pattern.expression_directions[root]
        part_piece = piece(shaped, template, helper.faces, helper.weights, ROWS.index(look), 1 + PARTS.index(owner))
        pieces.append(expressive(part_piece, moves))
    return pieces


@lru_cache
def lid_roots() -> np.ndarray:
    """The vertex of the eyelids nearest to each vertex of the lashes, which are shortened towards it."""
    body, pattern = body_pattern()
    lids = np.flatnonzero(body.part_labels.numpy() == PARTS.index("face"))
    return lids[KDTree(pattern.template[lids]).query(helper_pattern("lashes").template)[1]]


def expressive(part: Piece, directions: np.ndarray) -> Piece:
    """The piece moved by the facial actions where they reach it."""
    moving = np.flatnonzero(np.abs(directions).max((1, 2)) > 2e-5)
    return replace(part, expression=np.ascontiguousarray(directions[moving]), moving=moving)


def skin_details(labels: np.ndarray) -> np.ndarray:
    """Palms (they face down in the T-pose) and nails (on top of the fingertips) as vertex masks (V, 4)."""
    body, pattern = body_pattern()
    normals = vertex_normals(pattern.template, pattern.faces)
    details = np.zeros((len(labels), 4), np.float32)
    hand, foot = labels == PARTS.index("hand"), labels == PARTS.index("foot")
    details[:, 0] = hand * ramp(-0.1, -0.5, normals[:, 1]) + foot * ramp(-0.4, -0.8, normals[:, 1])
    for name, vertex in body.landmarks.items():
        if name.split("_")[-1] in ("thumb", "index", "middle", "ring", "pinky"):
            away = np.linalg.norm(pattern.template - pattern.template[vertex], axis=1)
            details[:, 1] = np.maximum(details[:, 1], hand * ramp(0.016, 0.011, away) * ramp(0.2, 0.5, normals[:, 1]))
    return details
