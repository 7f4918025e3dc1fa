"""Who a synthetic person is: every choice, each from its own named stream of random numbers.

`stream(seed, name)` (see `lca.world.body.streams`) gives each attribute its own generator, so one more attribute never
changes the others. What depends on what, in the order in which it is decided:

| attribute | depends on | how |
|---|---|---|
| shape (100 betas) | nothing | N(0, 1), cut at 2.6; each of the first eight even over [-2.6, 2.6] in one of three people |
| skin tone | nothing | even over ten steps from the lightest to the darkest; undertone rosy to olive |
| age | nothing | even, 18 to 82 years |
| build | shape | feminine 0 to 1: hips against shoulders, breast |
| headwear | build | none in 80 %; beanie, cap, hat, wrap; headscarf where the build is not masculine |
| hair style | headwear, tone, build, age | all styles for all; tight curls and braids more often with dark skin, long hair with a
  feminine build, bald crowns with a masculine build after 32; flat styles under hats, covered under scarf and wrap;
  no longer than to the nape above a hood |
| hair colour, grey | tone, age | black to dark brown for all, light colours with light skin; grey and white with age; 4 % dyed |
| beard | build, hair style | only where the build is masculine; stubble, full, moustache, goatee, circle |
| eyes | tone | light eyes with light skin |
| make-up, nails | build | lips, eye shadow, liner, blush |
| freckles | tone, hair colour | with light skin, nearly always with ginger hair |
| lines, dark rings | age | from 38 years on |
| glasses | age | 16 to 40 %, a fifth of them sunglasses |
| resting face | nothing | a slight smile, soft brows and lids |
| clothes, shoes | build | see `lca.world.garments.clothes`; dresses, skirts and blouses more often with a feminine build |
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from lca.world.body.rest_face import rest_face
from lca.world.body.streams import stream
from lca.world.garments.clothes import Clothes, sample_clothes
from lca.world.hair.accessories import Worn
from lca.world.hair.beard import Beard
from lca.world.hair.haircut import Haircut
from lca.world.hair.styles import cut_of
from lca.world.paint import skin_columns as s
from lca.world.person.complexion import beard_row, eye_row, hair_row, lash_row, mouth_rows, skin_row, wear_rows
from lca.world.person.traits import Traits, sample_betas, sample_traits

ROWS = ("skin", "eye", "mouth", "teeth", "lash", "hair", "beard", "frame", "lens", "headwear")
"""First rows of the material table; the clothes' follow."""
ABOVE_HOOD = 0.45
"""Canonical height (m) of the nape, below which hair would hang through a hood."""


@dataclass(frozen=True)
class Identity:
    """One person: `betas` of the shape, the table of materials, hair, beard, what the head wears, clothes, the 52 actions of its
    resting face, words for the record."""

    betas: Float[np.ndarray, "100"]
    materials: Float[np.ndarray, "rows numbers"]
    hair: Haircut | None
    hair_seed: int
    beard: Beard
    worn: Worn
    clothes: Clothes
    rest_face: Float[np.ndarray, "52"]
    attributes: dict[str, str | float]


def sample_identity(seed: int) -> Identity:
    """The person of `seed`."""
    betas = sample_betas(seed)
    who = sample_traits(seed, betas)
    clothes = sample_clothes(seed, who.feminine)
    cut, beard, worn = sample_cut(seed, who, clothes), sample_beard(seed, who), sample_worn(seed, who)
    mouth, teeth = mouth_rows(seed)
    rows = {
        "skin": skin_row(seed, who, cut, beard), "eye": eye_row(seed, who), "mouth": mouth, "teeth": teeth,
        "lash": lash_row(who), "hair": hair_row(seed, who), "beard": beard_row(seed, who),
        **dict(zip(("frame", "lens", "headwear"), wear_rows(seed, who), strict=True)),
    }  # fmt: skip
    return Identity(
        betas=betas, materials=np.concatenate([np.stack([rows[name] for name in ROWS]), clothes.materials]), hair=cut,
        hair_seed=int(stream(seed, "hair").integers(1 << 31)), beard=beard, worn=worn, clothes=clothes,
        rest_face=rest_face(stream(seed, "resting face")), attributes=described(who, rows["skin"]) | clothes.attributes,
    )  # fmt: skip


def described(who: Traits, skin: np.ndarray) -> dict[str, str | float]:
    """Words and numbers for the record."""
    return {
        "skin_tone": round(who.tone, 2), "age": round(who.age), "build": round(who.feminine, 2), "hair": who.style,
        "hair_colour": who.colour, "hair_grey": round(who.grey, 2), "beard": who.beard, "eyes": who.eyes,
        "freckles": str(bool(skin[s.FRECKLES] > 0)), "make_up": round(who.made_up, 2),
        "glasses": ("sunglasses" if who.tinted else who.glasses) or "none", "headwear": who.headwear or "none",
    }  # fmt: skip


def sample_cut(seed: int, who: Traits, clothes: Clothes) -> Haircut | None:
    """The haircut; flattened under a hat, and no longer than to a hood."""
    if who.style == "covered":
        return None
    cut = cut_of(who.style, stream(seed, "hair cut"))
    if cut is None:
        return None
    cut = replace(cut, shift=float(stream(seed, "hairline").uniform(-0.10, 0.07)))
    if "hood" in (clothes.shirt_collar, clothes.jacket_collar):
        cut = replace(cut, drop=max(cut.drop, ABOVE_HOOD))
    if who.headwear:
        flat = tuple(replace(locks, rise=(0.0003, 0.0012)) for locks in cut.ribbons)
        cut = replace(cut, top=0.004, side=0.005, rim=0.003, fringe=0.0, fuzz=0, bumps=0.0, ribbons=flat)
    return cut


def sample_beard(seed: int, who: Traits) -> Beard:
    """How long the beard is."""
    rng = stream(seed, "beard length")
    long, hairs = rng.uniform(0, 1), int(rng.integers(1 << 31))
    length = {"full": 0.005 + 0.028 * long**2, "circle": 0.004 + 0.008 * long, "goatee": 0.006 + 0.012 * long}
    return Beard(who.beard, length.get(who.beard, 0.004 if who.beard == "moustache" else 0.0), hairs)


def sample_worn(seed: int, who: Traits) -> Worn:
    """Sizes of glasses and headwear."""
    rng = stream(seed, "sizes worn")
    size, thick, cloth = rng.uniform(0.92, 1.10), rng.uniform(0.0012, 0.0024), rng.random()
    return Worn(who.glasses, who.tinted, float(size), float(thick), who.headwear, float(cloth))
