"""Light that falls on a person from far away: an environment as spherical harmonics, and lamps.

Convention: a uniform radiance of 1 shows a white matte surface at 1, and so does a lamp of colour 1 where it falls
perpendicularly. Directions point from the person to the light, in world axes.
"""

from dataclasses import dataclass

import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.errors import UserError
from lca.geometry.directions import fibonacci_directions

WAVES = 9
BANDS = (0, 1, 1, 1, 2, 2, 2, 2, 2)
"""Of which band each of the nine harmonics is."""
COSINE = (1.0, 2.0 / 3.0, 1.0 / 4.0)
"""What a matte surface keeps of each band (Ramamoorthi and Hanrahan 2001), divided by pi."""
PROBES = 256
"""Directions in which an environment is sampled to be turned."""
LIMIT = 1e9
"""No light holds a larger number: what is shown in it stays finite, and white is at 1."""
SHORT = 1e-9
"""A vector no longer than this points nowhere."""


def harmonics(directions: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 9"]:
    """Real spherical harmonics of bands 0 to 2 in unit directions, orthonormal over the sphere."""
    x, y, z = directions.unbind(-1)
    waves = [
        torch.full_like(x, 0.282095),
        *(0.488603 * x, 0.488603 * y, 0.488603 * z),
        *(1.092548 * x * y, 1.092548 * y * z, 1.092548 * x * z),
        *(0.315392 * (3 * y * y - 1), 0.546274 * (z * z - x * x)),
    ]
    return torch.stack(waves, -1)


@dataclass(frozen=True)
class Illumination:
    """One light or a batch of lights, linear RGB.

    `around` is the environment's radiance in `harmonics`; each lamp is a distant point in the unit direction `directions` that
    adds `colours` to a white matte surface facing it. A lamp of colour 0 is no lamp.
    """

    around: Float[Tensor, "*batch 9 3"]
    directions: Float[Tensor, "*batch lamps 3"]
    colours: Float[Tensor, "*batch lamps 3"]

    def __getitem__(self, index) -> "Illumination":
        """Index the leading batch axes."""
        return Illumination(self.around[index], self.directions[index], self.colours[index])

    def __add__(self, other: "Illumination") -> "Illumination":
        """Both lights at once."""
        lamps = [torch.cat(pair, -2) for pair in ((self.directions, other.directions), (self.colours, other.colours))]
        return Illumination(self.around + other.around, *lamps)

    def checked(self, name: str = "a light") -> "Illumination":
        """The same, if it can be. Raises: UserError: NaN, or a number beyond `LIMIT`."""
        largest = torch.cat([x.detach().reshape(-1) for x in vars(self).values()]).abs().amax()
        if not bool(largest <= LIMIT):
            raise UserError(f"expected {name} in numbers of at most {LIMIT:g}, got {float(largest):g}: white is at 1")
        return self

    @property
    def matte(self) -> Float[Tensor, "*batch 9 3"]:
        """`around` as a matte surface keeps it, which blurs it to half a sphere."""
        return torch.tensor(COSINE)[list(BANDS)].to(self.around)[:, None] * self.around

    def irradiance(self, normals: Float[Tensor, "*#batch points 3"]) -> Float[Tensor, "*batch points 3"]:
        """What the environment alone shows on white matte surfaces that nothing shades."""
        return harmonics(normals) @ self.matte

    @property
    def mean(self) -> Float[Tensor, "*batch 3"]:
        """Mean radiance over the sphere, lamps included."""
        return 0.282095 * self.around[..., 0, :] + self.colours.sum(-2) / 4

    def turned(self, azimuth: float) -> "Illumination":
        """Everything turned about the vertical by so many radians, from +z towards +x."""
        angle = torch.tensor(azimuth)
        cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros(()), torch.ones(())
        turn = torch.stack([cos, zero, sin, zero, one, zero, -sin, zero, cos]).reshape(3, 3).to(self.around)
        probes = torch.from_numpy(fibonacci_directions(PROBES)).to(self.around)
        radiance = harmonics(probes @ turn) @ self.around
        return Illumination(projected(probes, radiance), self.directions @ turn.T, self.colours)

    def shining(self) -> "Illumination":
        """One light without its lamps of colour 0: shadows need not be worked out for them."""
        on = self.colours.any(-1)
        return Illumination(self.around, self.directions[on], self.colours[on])

    def brightened(self, factor: float) -> "Illumination":
        """The same light, so many times as strong."""
        return Illumination(self.around * factor, self.directions, self.colours * factor)


def projected(
    directions: Float[Tensor, "lights 3"], radiance: Float[Tensor, "*batch lights 3"]
) -> Float[Tensor, "*batch 9 3"]:
    """Harmonics nearest, by least squares, to radiance known in evenly spread directions."""
    inverse = torch.linalg.pinv(harmonics(directions))
    return einsum(inverse, radiance, "wave light, ... light rgb -> ... wave rgb")


def lamp(direction: Float[Tensor, "*batch 3"], colour: Float[Tensor, "*batch 3"]) -> Illumination:
    """One lamp in the dark.

    Raises:
        UserError: a direction that is none, or a colour that no light has.
    """
    length, told = direction.detach().norm(dim=-1), colour.detach()
    if not bool(((length > SHORT) & length.isfinite()).all()):
        raise UserError(
            f"expected the direction to a lamp, 3 numbers not all 0, got {direction.detach().tolist()}: say where it is"
        )
    if not bool(((told >= 0) & (told <= LIMIT)).all()):
        raise UserError(
            f"expected a lamp's colour from 0 to {LIMIT:g}, got {told.tolist()}: 0 is none, 1 shows white as white"
        )
    towards = F.normalize(direction, dim=-1)
    dark = towards.new_zeros(*towards.shape[:-1], WAVES, 3)
    return Illumination(dark, towards[..., None, :], colour[..., None, :])


def environment(
    radiance: Float[Tensor, "*batch 32 3"],
    lamp_direction: Float[Tensor, "*batch 3"],
    lamp_colour: Float[Tensor, "*batch 3"],
) -> Illumination:
    """The light of captures, as their columns hold it: an environment in fixed directions and at most one lamp."""
    directions = torch.from_numpy(fibonacci_directions()).to(radiance)
    return Illumination(projected(directions, radiance), lamp_direction[..., None, :], lamp_colour[..., None, :])
