"""Who a person is, in words and a few numbers: the draws that other draws depend on."""

import colorsys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from lca.formats.transfer import linear
from lca.world.body.draws import chosen
from lca.world.body.figure import body_pattern
from lca.world.body.streams import stream
from lca.world.hair.styles import BEARDED, UNDER_HATS, odds
from lca.world.paint.palette import HAIR_COLOURS

ADULT = (18.0, 82.0)
"""Years."""
EYES = ("dark brown", "brown", "hazel", "green", "blue", "grey")
"""Names of `palette.EYE_COLOURS`."""
HEADWEAR = {"none": 0.80, "beanie": 0.045, "cap": 0.050, "hat": 0.040, "wrap": 0.025, "headscarf": 0.040}
GLASSES = {"round": 0.22, "rectangular": 0.26, "square": 0.22, "cat-eye": 0.12, "aviator": 0.18}
BEARDS = {"none": 0.20, "stubble": 0.30, "full": 0.24, "moustache": 0.08, "goatee": 0.07, "circle": 0.11}
"""Odds of each choice (see `lca.world.body.draws`)."""


@dataclass(frozen=True)
class Traits:
    """`tone` 0 (lightest) to 9 (darkest skin), `feminine` build 0 to 1 (read off the body's shape), `age` in years, names of
    hair style, hair colour (`rgb` linear), beard, eyes, `grey` share of the hair, `made_up` 0 to 1, glasses, headwear ("": none).
    """

    tone: float
    feminine: float
    age: float
    style: str
    colour: str
    rgb: tuple[float, float, float]
    grey: float
    beard: str
    eyes: str
    made_up: float
    glasses: str
    tinted: bool
    headwear: str

    @property
    def dark(self) -> float:
        """Darkness of the skin, 0 to 1."""
        return self.tone / 9


def sample_betas(seed: int) -> Float[np.ndarray, "100"]:
    """Body shape: N(0, 1) per component, the first eight drawn from [-2.6, 2.6] evenly in one of three people each."""
    rng = stream(seed, "shape")
    betas, wide, even = rng.standard_normal(100), rng.random(8) < 1 / 3, rng.uniform(-2.6, 2.6, 8)
    betas[:8] = np.where(wide, even, betas[:8])
    return np.clip(betas, -2.6, 2.6).astype(np.float32)


@lru_cache
def build_directions() -> tuple[Float[np.ndarray, "100"], Float[np.ndarray, "100"]]:
    """Gradients along betas, of unit variance, of shoulder width over hip width, and of how far the breast stands out."""
    body, pattern = body_pattern()
    joints, moves = body.joint_template.numpy(), body.joint_shape_directions.numpy()
    shoulder, hip = joints[16, 0] - joints[17, 0], joints[1, 0] - joints[2, 0]
    ratio = ((moves[16, 0] - moves[17, 0]) - shoulder / hip * (moves[1, 0] - moves[2, 0])) / hip
    breast, sternum = (
        int(np.abs(pattern.template - np.array(place)).sum(1).argmin())
        for place in ((0.0775, 0.222, 0.159), (0.0, 0.222, 0.14))
    )
    chest = pattern.shape_directions[breast, 2] - pattern.shape_directions[sternum, 2]
    return ratio / np.linalg.norm(ratio), chest / np.linalg.norm(chest)


def feminine_build(betas: Float[np.ndarray, "100"]) -> float:
    """0 (broad shoulders, flat chest) to 1 (wide hips, full breast), about even over people."""
    ratio, chest = build_directions()
    return float(1 / (1 + np.exp(-1.2 * (chest @ betas - ratio @ betas))))


def sample_traits(seed: int, betas: Float[np.ndarray, "100"]) -> Traits:
    """The traits of person `seed` with that body."""
    tone, age = float(stream(seed, "tone").uniform(0, 9)), float(stream(seed, "age").uniform(*ADULT))
    feminine, dark = feminine_build(betas), tone / 9
    headwear = sample_headwear(seed, feminine)
    style = sample_style(seed, headwear, odds(dark, feminine, age))
    colour, rgb = sample_colour(seed, dark, age)
    onset = stream(seed, "grey").uniform(34, 62)
    grey = float(np.clip((age - onset) / 22, 0, 0.95)) * (colour not in ("white", "dyed"))
    glasses, tinted = sample_glasses(seed, age)
    return Traits(
        tone=tone, feminine=feminine, age=age, style=style, colour=colour, rgb=rgb, grey=grey,
        beard=sample_beard(seed, feminine, style), eyes=sample_eyes(seed, dark), made_up=sample_makeup(seed, feminine),
        glasses=glasses, tinted=tinted, headwear=headwear,
    )  # fmt: skip


def sample_style(seed: int, headwear: str, table: dict[str, float]) -> str:
    """A hair style by its odds; "covered" below a scarf or a wrap, flat ones below hats."""
    if headwear in ("headscarf", "wrap"):
        return "covered"
    return chosen(seed, "hair style", {name: odd for name, odd in table.items() if not headwear or name in UNDER_HATS})


def sample_colour(seed: int, dark: float, age: float) -> tuple[str, tuple[float, float, float]]:
    """Natural colours by the tone of the skin, white with age, seldom any hue."""
    light = 1 - dark
    old = float(np.clip((age - 58) / 24, 0, 1))
    weights = {
        "black": 1.0 + dark, "dark brown": 1.0, "brown": 0.35 + 0.5 * light, "chestnut": 0.2 + 0.4 * light,
        "dark blond": 0.06 + 0.8 * light, "blond": 0.05 + 0.8 * light, "ginger": 0.03 + 0.4 * light**2, "grey": 1.8 * old,
        "white": 2.2 * old, "dyed": 0.20,
    }  # fmt: skip
    colour, rng = chosen(seed, "hair colour", weights), stream(seed, "shade of the hair")
    hue, jitter = rng.random(), rng.uniform(0.85, 1.18, 3)
    srgb = np.array(HAIR_COLOURS[colour]) if colour != "dyed" else np.array(colorsys.hsv_to_rgb(hue, 0.62, 0.45))
    rgb = linear(np.clip(srgb, 0.02, 0.9)) * (0.7 * jitter[:1] + 0.3 * jitter)
    return colour, (float(rgb[0]), float(rgb[1]), float(rgb[2]))


def sample_beard(seed: int, feminine: float, style: str) -> str:
    """Beards where the build is masculine."""
    masculine = float(np.clip((0.55 - feminine) / 0.25, 0, 1)) * (1.0 if style in BEARDED else 0.5)
    grows = stream(seed, "beard").random() < masculine
    return chosen(seed, "beard", BEARDS) if grows else "none"


def sample_eyes(seed: int, dark: float) -> str:
    """Light eyes with light skin."""
    light = (1 - dark) ** 1.5
    return chosen(
        seed,
        "eyes",
        dict(zip(EYES, (0.5 + dark, 1.0, 0.5 * light + 0.1, 0.5 * light, 0.9 * light, 0.5 * light), strict=True)),
    )


def sample_makeup(seed: int, feminine: float) -> float:
    """How much make-up, 0 to 1."""
    rng = stream(seed, "make-up")
    wears, much = rng.random(), rng.uniform(0.25, 1.0)
    return float(much * (wears < 0.06 + 0.55 * np.clip((feminine - 0.35) / 0.3, 0, 1)))


def sample_glasses(seed: int, age: float) -> tuple[str, bool]:
    """Glasses, more often with age, and whether they are sunglasses."""
    rng = stream(seed, "glasses")
    wears, dark = rng.random(), rng.random()
    share = 0.16 + 0.24 * float(np.clip((age - 35) / 35, 0, 1))
    return (chosen(seed, "frame", GLASSES), bool(dark < 0.2)) if wears < share else ("", False)


def sample_headwear(seed: int, feminine: float) -> str:
    """Nothing in four of five; scarves with a feminine build, caps instead otherwise."""
    worn = chosen(seed, "headwear", HEADWEAR)
    return "cap" if worn == "headscarf" and feminine < 0.4 else worn.replace("none", "")
