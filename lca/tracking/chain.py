"""From a photo and the person who is meant to a `Sighting`: landmarks, mask, face, head, hands, and what to think of them."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import mask_box
from lca.tracking.body_landmarks import BodyLandmarks, detected_region, find_landmarks
from lca.tracking.evidence import gather, in_photo
from lca.tracking.face_landmarks import FaceLandmarks, find_face
from lca.tracking.gaze import psi_of_irises
from lca.tracking.hand_landmarks import HandLandmarks, find_hand
from lca.tracking.head import find_head_box
from lca.tracking.people import Crowd
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region
from lca.tracking.remarks import doubts, remarks, turned_away
from lca.tracking.sighting import Sighting
from lca.tracking.silhouette import find_mask

SIDES = ("left", "right")
HIDDEN = 0.3
"""Visibility of a wrist below which no hand is sought."""


@torch.no_grad()
def sight(
    image: PhotoPyramid,
    crowd: Crowd,
    alpha: Float[Tensor, "1 height width"] | None = None,
    region: Region | None = None,
) -> Sighting:
    """Everything about the person who is meant, who is in `region` if that is known; where the photo has its own mask, `alpha`,
    that is taken."""
    first = find_landmarks(image, region or detected_region(crowd.person))
    body = find_landmarks(image, first.next_region)
    mask = find_mask(image, body) if alpha is None else alpha
    halves, body_box = PhotoPyramid.of(mask), mask_box(mask)
    face = None if turned_away(body) else find_face(image, body)
    evidence = gather(crowd.person, crowd.others, (first, body), mask, body_box, face is not None)
    head_box = find_head_box(halves, body, face)
    hands = [_hand(image, body, side) for side in SIDES]
    people = len(crowd.people)
    which = [f"{people} people, number {crowd.chosen + 1} from the left taken"] if people > 1 else []
    return Sighting(
        mask=mask,
        body_box=body_box,
        head_box=head_box,
        confidence=evidence.confidence,
        reasons=(*which, *doubts(evidence), *remarks(image, halves, (body_box, head_box), body, face)),
        landmarks=body.points,
        visibility=body.visibility,
        world_landmarks=body.world,
        hands=torch.stack([hand.points for hand in hands]),
        hand_confidence=torch.tensor([hand.presence for hand in hands]),
        face=None if face is None else face.points,
        actions=torch.zeros(52) if face is None else face.actions,
        psi=_gaze(face),
        people=people,
        region=body.next_region,
    )


def _gaze(face: FaceLandmarks | None) -> Float[Tensor, "4"]:
    """psi; ahead where no eyes are seen."""
    return torch.zeros(4) if face is None or face.eyes_closed else psi_of_irises(face.points)


def _hand(image: PhotoPyramid, body: BodyLandmarks, side: str) -> HandLandmarks:
    """The hand, or the body's own guess of it (with confidence 0) where it is outside the photo or hidden."""
    wrist, index = body.point(f"{side}_wrist"), body.point(f"{side}_index")
    seen = bool(in_photo(index, image.height, image.width)) and body.seen(f"{side}_wrist") > HIDDEN
    return find_hand(image, body, side) if seen else HandLandmarks(torch.stack([wrist, *[index] * 20]), 0.0)
