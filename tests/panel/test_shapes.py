"""The name of each shape slider is true of the shipped body."""

import pytest
import torch

from lca.geometry.body_file import load_body
from lca.panel.channels import channels
from lca.panel.shapes import SHAPE_NAMES
from lca.panel.state import SHAPES, State

BODY = load_body()
HEAD_JOINTS = (15, 22)
HIP, KNEE, ANKLE, FOOT, NECK, HEAD, SHOULDER, ELBOW, WRIST, PELVIS = 1, 4, 7, 10, 12, 15, 16, 18, 20, 0


def measures(betas):
    """Lengths in metres, or as shares of the stature; volume in litres."""
    vertices, joints = BODY.rest(betas)
    x, y, z = vertices.unbind(1)
    mark = {name: vertices[place] for name, place in BODY.landmarks.items()}
    stature = float(y.max() - y.min())
    a, b, c = vertices[BODY.faces].unbind(1)
    apart = lambda *chain: sum(float((joints[k] - joints[m]).norm()) for k, m in zip(chain, chain[1:], strict=False))
    head = torch.isin(
        BODY.skin_indices.gather(1, BODY.skin_weights.argmax(1, keepdim=True))[:, 0], torch.tensor(HEAD_JOINTS)
    )
    eyes = joints[[23, 24]].mean(0)
    at_nose = head & ((y - mark["nose"][1]).abs() < 0.008) & (z > eyes[2] - 0.05)
    chest = ((y - joints[9, 1]).abs() < 0.025) & (x.abs() < 0.2)
    volume = 1000 * float((a * torch.linalg.cross(b, c)).sum() / 6)
    return {
        "stature": stature,
        "litres": volume,
        "slimness": stature**3 / volume,
        "legs": apart(HIP, KNEE, ANKLE) / stature,
        "arms": apart(SHOULDER, ELBOW, WRIST) / stature,
        "shoulders": apart(SHOULDER, SHOULDER + 1) / stature,
        "trunk": float(joints[NECK, 1] - joints[PELVIS, 1]) / stature,
        "neck": apart(NECK, HEAD),
        "chest": float(joints[PELVIS, 2] - z[chest].min()),
        "head": float(x[head].max() - x[head].min()),
        "cheeks": float(x[at_nose].max()),
        "eyes": float((joints[23] - joints[24]).norm()),
        "chin": float(mark["chin"][2] - eyes[2]),
        "feet": apart(ANKLE, FOOT),
    }


WORDS = {
    "taller": ("stature", 1),
    "shorter legs": ("legs", -1),
    "narrower shoulders": ("shoulders", -1),
    "longer legs": ("legs", 1),
    "arms": ("arms", 1),
    "shorter arms": ("arms", -1),
    "slimmer": ("slimness", 1),
    "shorter neck": ("neck", -1),
    "deeper chest": ("chest", 1),
    "narrower cheeks": ("cheeks", -1),
    "chin forward": ("chin", 1),
    "longer feet": ("feet", 1),
    "longer trunk": ("trunk", 1),
    "narrower head": ("head", -1),
    "closer eyes": ("eyes", -1),
    "wider head": ("head", 1),
    "heavier": ("litres", 1),
}
"""What a slider may promise: the measure, and which way it goes."""


@pytest.fixture(scope="module")
def spread():
    """How much sixty people of the shape space differ in each measure (standard deviation)."""
    everybody = [measures(torch.randn(100)) for _ in range(60)]
    return {name: float(torch.tensor([one[name] for one in everybody]).std()) for name in everybody[0]}


@pytest.mark.parametrize("place", range(SHAPES))
def test_a_shape_does_what_its_name_says(spread, place):
    more, less = (measures(amount * torch.eye(SHAPES)[place]) for amount in (1.0, -1.0))
    assert channels()[f"shape.{place + 1}"].label == SHAPE_NAMES[place]
    for words in SHAPE_NAMES[place].replace(" and ", ", ").split(", "):
        measure, sign = WORDS[words]
        change = sign * (more[measure] - less[measure]) / 2 / spread[measure]
        assert change > 0.15, f"{words}: {change:.2f} of what people differ by"


def test_names_tell_shapes_apart():
    assert len(set(SHAPE_NAMES)) == SHAPES == len(State().shape)
