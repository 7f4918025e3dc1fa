"""Confidence falls when mask, landmarks and detector do not agree; remarks say what a photo lacks."""

from dataclasses import replace

import pytest
import torch

from lca.formats.photos import mask_box
from lca.tracking.body_landmarks import NAMES
from lca.tracking.detector import Detection
from lca.tracking.evidence import Evidence, gather
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.remarks import cut_off, doubts, remarks, smoothness, turned_away
from tests.tracking.conftest import mask_of, standing

HEAD = torch.tensor([105.0, 50.0, 135.0, 80.0])
ALONE = Detection(0.95, HEAD, torch.zeros(4, 2))


def _neighbour(right: float) -> Detection:
    """Somebody beside the drawn body, so many pixels to the right."""
    return Detection(0.9, HEAD + torch.tensor([right, 0.0, right, 0.0]), torch.tensor([[120.0 + right, 130.0]] * 4))


def _evidence(body=None, mask=None, others=(), first=None, person=ALONE, face=True) -> Evidence:
    body = standing() if body is None else body
    mask = mask_of(standing()) if mask is None else mask
    return gather(person, list(others), (first or body, body), mask, mask_box(mask), face)


def test_where_all_agree_it_is_sure():
    assert _evidence().confidence > 0.95 and doubts(_evidence()) == []


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (lambda: _evidence(mask=mask_of(standing()).roll(90, 2)), "mask and landmarks disagree"),
        (lambda: _evidence(mask=torch.zeros(1, 240, 240)), "mask and landmarks disagree"),
        (lambda: _evidence(standing(visibility=torch.full((33,), 0.4))), "much of the body is hidden"),
        (lambda: _evidence(standing(presence=0.2)), "hardly recognised as a person"),
        (lambda: _evidence(others=[_neighbour(40.0)]), "two people overlap"),
    ],
)
def test_every_disagreement_costs_confidence_and_is_said(evidence, said):
    assert evidence().confidence < 0.65 and said in doubts(evidence())


def test_without_a_face_the_detector_has_to_be_surer():
    """Landscapes, animals and shoes pass for a person from behind with such a score."""
    shy = replace(ALONE, score=0.5)
    assert _evidence(person=shy).confidence > 0.95
    assert _evidence(person=shy, face=False).confidence < 0.4
    assert _evidence(face=False).confidence > 0.95


def test_landmarks_that_jump_are_not_trusted():
    assert _evidence(first=standing((120.0, 160.0))).confidence < 0.05


def test_somebody_far_away_does_not_matter():
    assert not _evidence(others=[_neighbour(110.0)]).crowded


@pytest.mark.parametrize(
    ("height", "said"),
    [
        (240, []),
        (222, []),
        (209, ["cut off below the knees"]),
        (165, ["cut off above the knees"]),
        (126, ["cut off above the hips"]),
    ],
)
def test_where_the_photo_ends(height, said):
    assert cut_off(standing(), HEAD, height, 240) == said


def test_a_missing_head_and_a_back_are_said():
    body, mask = standing(), PhotoPyramid.of(mask_of(standing()))
    box = mask_box(mask.levels[0])
    image = PhotoPyramid.of(torch.rand(3, 240, 240))
    assert remarks(image, mask, (box, torch.zeros(4)), body, None) == [
        "the head is not in the photo",
        "small in the photo: 171 pixels tall",
    ]
    back = replace(body, world=body.world * torch.tensor([1.0, 1.0, -1.0]))
    assert turned_away(back) and not turned_away(body)
    assert "back to the camera" in remarks(image, mask, (box, HEAD), back, None)
    assert remarks(image, mask, (box, HEAD), body, None)[0].startswith("no face seen: hidden")
    aside = replace(body, world=body.world * torch.tensor([1.0, 1.0, 0.2]))
    assert "no face seen" in remarks(image, mask, (box, HEAD), aside, None)


def test_smoothness_grows_with_blur():
    mask, image = torch.ones(1, 128, 128), torch.rand(3, 128, 128)
    values = []
    for _ in range(4):
        values.append(smoothness(image, mask))
        image = torch.nn.functional.avg_pool2d(image[None], 5, 1, 2, count_include_pad=False)[0]
    assert values == sorted(values) and values[0] < 0.5 and values[-1] > 0.85


def test_names_are_those_of_the_networks():
    assert len(NAMES) == 33 and NAMES[0] == "nose" and NAMES[24] == "right_hip" and NAMES[31] == "left_foot_index"
