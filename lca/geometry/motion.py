"""A motion: what drives an avatar, frame by frame."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Motion:
    """A sequence of drives; axes and units of theta, psi and actions in `lca.geometry`, translation in metres."""

    theta: Float[Tensor, "frames 156"]
    translation: Float[Tensor, "frames 3"]
    actions: Float[Tensor, "frames 52"]
    psi: Float[Tensor, "frames 4"]
    fps: float

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.theta)
