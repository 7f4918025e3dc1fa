"""What one photo shows of one person: the record that everything after this starts from."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from lca.matting.cutout import FoundPerson
from lca.tracking.region import Region


@dataclass(frozen=True, kw_only=True)
class Sighting(FoundPerson):
    """A person found, with landmarks. Points are in pixels of the photo; left and right are the person's.

    `confidence` is about mask, boxes and landmarks together: of photos with confidence c, about a share c has a mask that
    overlaps the truth by more than 0.85 (measured on the synthetic world, see `lca.tracking.evidence`).
    """

    landmarks: Float[Tensor, "33 2"]
    """In the order of `lca.tracking.body_landmarks.NAMES`; hidden ones and those outside the photo are guessed."""
    visibility: Float[Tensor, "33"]
    """Probability that the landmark is in the photo with nothing before it."""
    world_landmarks: Float[Tensor, "33 3"]
    """Metres about the middle of the hips: x to the right of the photo, y down, z away from the camera."""
    hands: Float[Tensor, "2 21 2"]
    """Left, right: wrist, then four points each of thumb, index, middle, ring and little finger, from the palm to the tip."""
    hand_confidence: Float[Tensor, "2"]
    """Probability that the hand is there and seen; 0 where the photo ends before it."""
    face: Float[Tensor, "478 3"] | None
    """Landmarks of the face (z in pixels too, away from the camera), irises last; None where no face is seen."""
    actions: Float[Tensor, "52"]
    """Facial actions in [0, 1] in the order of `Body.expression_names`; zeros without a face."""
    psi: Float[Tensor, "4"]
    """Gaze, see `lca.geometry`; zeros without a face."""
    people: int
    """How many people the photo shows."""
    region: Region | None
    """Where to look for the same person in the next frame of a film; None: anywhere, whoever is nearest to them."""
