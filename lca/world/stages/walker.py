"""Somebody in a loose garment instead of trousers or skirt."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.world.body.figure import Figure, Piece
from lca.world.body.scene import Scene, vertex_normals
from lca.world.cloth.drape import Wearer
from lca.world.cloth.loose import LooseCut, finer, sample_cut, tailored
from lca.world.garments import clothes as wardrobe
from lca.world.garments.cuts import cut_skirt
from lca.world.paint import cloth_columns as columns
from lca.world.person.identity import ROWS, Identity
from lca.world.person.people import Person
from lca.world.stages.filming import stature

SOFT_FOLDS = 0.2
"""Painted folds of simulated cloth, which has its own."""
SNUG = 0.008
"""Metres: the most room in a shirt that a loose garment is worn over."""
ROOM = 0.010
"""Metres over the body in which the loose garment hides skin."""
SHIRT, BOTTOM = (len(ROWS) + wardrobe.ROWS.index(name) for name in ("shirt", "bottom"))
OF_TROUSERS = [
    *(columns.CLOSURE, columns.POCKETS, columns.BELT, columns.STRIPE),
    *(columns.CREASE, columns.WEAR, columns.CORD),
]
"""Columns of a material that only trousers have."""


@dataclass(frozen=True)
class Walker(Person):
    """The person; `cloth` is the garment's row of material, `floor` (m) is what it cannot sink below."""

    cut: LooseCut
    cloth: int
    floor: float

    @cached_property
    def wearer(self) -> Wearer:
        """The person and the garment, for the simulation."""
        figure = Figure(self.betas)
        return Wearer(figure, tailored(figure, self.cut), self.floor)

    @cached_property
    def pieces(self) -> list[Piece]:
        """Skin, hair, clothes and shoes in the T-pose; the loose garment is the last."""
        loose = self.wearer.garment.piece(self.wearer.rest.astype(np.float32), self.cloth)
        return [*(piece for piece in super().pieces if piece.look != self.cloth), loose]

    def scene(self, drive: dict[str, ndarray], cloth: Float32[ndarray, "vertices 3"]) -> Scene:
        """The posed person with the garment's vertices where `cloth` has them, world metres."""
        scene = self.assemble(**drive)
        vertices = scene.vertices.copy()
        vertices[self.outfit.spans[-1]] = finer(cloth)
        return replace(scene, vertices=vertices, normals=vertex_normals(vertices, scene.faces))


def walker(rng: np.random.Generator, person: Person) -> Walker:
    """The person in a random loose garment; a dress is of the shirt's cloth."""
    cut, words = sample_cut(rng)
    return Walker(person.seed, changed(person.identity, cut, words), cut, BOTTOM, stature(person)[0])


def changed(old: Identity, cut: LooseCut, words: dict[str, str | float]) -> Identity:
    """Who wears `cut` below a snug shirt that is tucked in; `words` describe it."""
    rows, clothes = old.materials.copy(), old.clothes
    upper, lower = rows[BOTTOM, columns.UPPER], rows[BOTTOM, columns.LOWER]
    if cut.kind == "dress":
        rows[BOTTOM] = rows[SHIRT]
        words = words | {"bottom_print": old.attributes["shirt_print"]}
    rows[BOTTOM, columns.LAYOUT], rows[BOTTOM, columns.UPPER], rows[BOTTOM, columns.LOWER] = columns.SKIRT, upper, lower
    rows[BOTTOM, OF_TROUSERS], rows[BOTTOM, columns.FOLDS] = 0.0, SOFT_FOLDS
    skirt = replace(cut_skirt(0, "knee")[0], under=ROOM)
    shirt = replace(clothes.shirt, ease=min(clothes.shirt.ease, SNUG), hem=0.035, band=0.004)
    worn = {"bottom": cut.kind, "dress": str(cut.kind == "dress"), "jacket": "none", "tucked": "True"}
    return replace(
        old,
        materials=rows,
        clothes=replace(
            clothes,
            shirt=shirt,
            jacket=None,
            jacket_collar="none",
            trousers=None,
            skirt=skirt,
            materials=rows[len(ROWS) :],
        ),
        attributes=old.attributes | worn | words,
    )
