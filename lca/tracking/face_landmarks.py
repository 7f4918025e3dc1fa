"""478 landmarks of a face, irises among them, and the 52 facial actions that they show."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.geometry.body_file import load_body
from lca.tracking.body_landmarks import BodyLandmarks
from lca.tracking.detector import FACES, Detection
from lca.tracking.network import load_network
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

NETWORK, ACTIONS_NETWORK = "face_landmarks_detector.tflite", "face_blendshapes.tflite"
ROOM = 1.5
"""The network was trained on squares so much larger than the face's box."""
SEARCH = 0.6
"""Metres about the pose's head in which the face is sought."""
ASTRAY = 0.13
"""Metres that a face may be off the pose's head."""
SIZES = (0.08, 0.3)
"""Metres, sides of the boxes that may be faces."""
CHIN, BROW, RIGHT_EYE, LEFT_EYE = 152, 10, 33, 263
"""Landmarks: point of the chin, middle of the hairline, outer corners of the person's right and left eye."""
CLOSED = 0.5
"""eyeBlink from which an eye shows no iris."""
LIKELY = 0.5
"""Presence from which a face counts."""
HEAD = ("nose", "left_eye", "right_eye", "mouth_left", "mouth_right")
READ = (
    *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80),
    *(81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153),
    *(154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249),
    *(251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314),
    *(317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382),
    *(384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478)),
)
"""The landmarks that the network of actions reads, in its order."""
TOLD = (
    *("eyeBlinkLeft", "eyeBlinkRight", "jawOpen"),
    *("mouthSmileLeft", "mouthSmileRight", "mouthUpperUpLeft", "mouthUpperUpRight"),
)
"""Actions by which a photo's face is made neutral. On 96 faces of the world (seeds 7, 8 and 13) what is read of these goes with
the truth (correlation 0.4 to 0.6; jaws, nearly all shut, read as 0.02), of others hardly (-0.1 to 0.35): brows at rest read as
0.4, squints as 0.3, and closed lips of real people as a pucker of 0.6, which an avatar at rest then undoes."""


@dataclass(frozen=True)
class FaceLandmarks:
    """One face; left and right are the person's."""

    points: Float[Tensor, "478 3"]
    """x, y in pixels of the photo; z in pixels too, away from the camera, about the middle of the head."""
    presence: float
    """The network's own probability that there is a face."""
    actions: Float[Tensor, "52"]
    """In the order of `Body.expression_names`; the network does not know tongueOut."""

    @property
    def eyes_closed(self) -> bool:
        """Whether both eyes are."""
        names = load_body().expression_names
        return all(float(self.actions[names.index(f"eyeBlink{side}")]) > CLOSED for side in ("Left", "Right"))


def find_face(image: PhotoPyramid, body: BodyLandmarks) -> FaceLandmarks | None:
    """The face at the head of a body, or None where there is none that agrees with the body."""
    head, scale = body.middle(*HEAD), body.pixels_per_metre
    region = Region((float(head[0]), float(head[1])), SEARCH * scale, body.region.angle)
    for face in FACES.find(image, region):
        middle, side = (face.box[:2] + face.box[2:]) / 2, float((face.box[2:] - face.box[:2]).abs().max())
        if (middle - head).norm() < ASTRAY * scale and SIZES[0] * scale < side < SIZES[1] * scale:
            read = read_face(image, face_region(face))
            return read if read.presence > LIKELY else None
    return None


def face_region(face: Detection) -> Region:
    """The square about a detected face, eyes level."""
    right, left = face.points[0].tolist(), face.points[1].tolist()
    x0, y0, x1, y1 = face.box.tolist()
    side = ROOM * max(abs(x1 - x0), abs(y1 - y0))
    return Region(((x0 + x1) / 2, (y0 + y1) / 2), side, math.atan2(left[1] - right[1], left[0] - right[0]))


def read_face(image: PhotoPyramid, region: Region) -> FaceLandmarks:
    """Run both networks on one region of a photo (sRGB in [0, 1])."""
    network = load_network(NETWORK)
    size = network.shape[1]
    values, presence = network(rearrange(region.cut(image, size), "c h w -> 1 h w c").numpy())[:2]
    inside = torch.from_numpy(values.reshape(478, 3).copy()) / size
    points = torch.cat([region.to_photo(inside[:, :2]), inside[:, 2:] * region.side], -1)
    return FaceLandmarks(points, 1 / (1 + math.exp(-float(presence.reshape(())))), face_actions(points[:, :2]))


def face_actions(points: Float[Tensor, "478 2"]) -> Float[Tensor, "52"]:
    """Landmarks in pixels -> actions in [0, 1]."""
    values = load_network(ACTIONS_NETWORK)(points[list(READ)][None].numpy())[0]
    names = load_body().expression_names
    known = [name for name in names if name != "tongueOut"]
    spoken = dict(
        zip(known, values[1:], strict=True)
    )  # the network's first number is "neutral", the rest are in our order
    return torch.from_numpy(np.array([spoken.get(name, 0.0) for name in names], np.float32)).clamp(0, 1)


def told(actions: Float[Tensor, "photos 52"]) -> Float[Tensor, "photos 52"]:
    """What of the actions read in photos to take out of a face; all but `TOLD` count as rest."""
    known = torch.tensor([name in TOLD for name in load_body().expression_names])
    return torch.where(known, actions, 0.0)
