import torch

from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.model.template import IRIS, Template, TemplateConfig
from lca.model.transport.nearest import nearest_gaussians

CONFIG = TemplateConfig(anchors=64, per_anchor=16)


def test_placement_is_repeated_by_its_seed_and_by_a_stored_placement():
    body = load_body()
    first, second = Template(CONFIG, body), Template(CONFIG, body)
    assert torch.equal(first.points, second.points)
    other = Template(TemplateConfig(anchors=64, per_anchor=16, seed=1), body)
    assert not torch.equal(first.points, other.points)
    again = Template(other.config, body, (first.triangles, first.barycentrics))
    assert torch.equal(first.points, again.points)


def test_points_lie_on_the_body_and_follow_its_shape():
    body = load_body()
    template = Template(CONFIG, body)
    betas = torch.randn(1, 100)
    vertices = body.rest(betas)[0][0]
    corners = vertices[body.faces[template.triangles]]
    expected = (corners * template.barycentrics[..., None]).sum(1)
    torch.testing.assert_close(template.shaped(betas)[0], expected, atol=1e-4, rtol=0)


def test_faces_and_hands_are_denser():
    template = Template(TemplateConfig(anchors=128, per_anchor=16), load_body())
    spacing = {
        name: template.spacing[template.part == PARTS.index(name)].median() for name in ("face", "hand", "torso")
    }
    assert spacing["face"] < 0.6 * spacing["torso"]
    assert spacing["hand"] < 0.9 * spacing["torso"]


def test_lids_and_lips_are_denser_than_cheeks_and_no_gaussian_lies_behind_an_eye():
    body = load_body()
    template = Template(TemplateConfig(anchors=256, per_anchor=16), body)
    eye, face = (template.part == PARTS.index(name) for name in ("eye", "face"))
    distance = torch.cdist(template.points[face], template.points[eye]).min(-1).values
    lids, elsewhere = distance < 0.015, distance > 0.03
    assert template.spacing[face][lids].median() < 0.7 * template.spacing[face][elsewhere].median()
    corners = body.template[body.faces[template.triangles[eye]]]
    normal = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert eye.sum() > 10 and (normal[:, 2] >= 0).all()


def test_an_eye_is_painted_with_an_iris_in_front_and_sclera_round_it():
    template = Template(TemplateConfig(anchors=256, per_anchor=16), load_body())
    eye = template.eye > 0
    assert torch.equal(eye, template.part == PARTS.index("eye"))
    assert (template.eye_paint[~eye] == 0).all()
    iris = torch.isclose(template.eye_paint, torch.tensor(IRIS)).all(-1) & eye
    assert 0.05 < iris.sum() / eye.sum() < 0.4
    for side in (-1.0, 1.0):
        here = eye & (template.points[:, 0] * side > 0)
        assert template.points[here & iris, 2].min() > template.points[here & ~iris, 2].median()


def test_frames_turn_z_onto_the_normals():
    from lca.geometry.rotations import quat_wxyz_to_matrix

    body = load_body()
    template = Template(CONFIG, body)
    corners = body.template[body.faces[template.triangles]]
    normal = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = normal / normal.norm(dim=-1, keepdim=True)
    torch.testing.assert_close(quat_wxyz_to_matrix(template.frames)[..., 2], normal, atol=1e-4, rtol=0)


def test_nearest_gaussians_agree_with_brute_force():
    template = Template(CONFIG, load_body())
    points = template.points[::7] + 0.004 * torch.randn(len(template.points[::7]), 3)
    found = nearest_gaussians(points, template)[:, 0]
    distance = torch.cdist(points, template.points)
    best = distance.min(-1).values
    reached = distance.gather(1, nearest_gaussians(points, template)).min(-1).values
    assert len(found) == len(points)
    assert (reached <= best + 1e-5).float().mean() > 0.97


def test_mirror_is_on_the_other_side():
    template = Template(TemplateConfig(anchors=128, per_anchor=16), load_body())
    mirrored = template.points[template.mirror] * torch.tensor([-1.0, 1.0, 1.0])
    assert (mirrored - template.points).norm(dim=-1).median() < 0.02


def test_at_stature_a_body_is_as_tall_as_said_and_keeps_its_proportions():
    body = load_body()
    template = Template(CONFIG, body)
    betas = torch.randn(2, 100)
    tall = template.at_stature(betas, torch.tensor([1.6, 1.9]))
    torch.testing.assert_close(template.stature(tall), torch.tensor([1.6, 1.9]))
    assert torch.equal(tall[:, 1:], betas[:, 1:])
    heights = body.rest(tall)[0][..., 1]
    torch.testing.assert_close(heights.amax(-1) - heights.amin(-1), template.stature(tall), atol=0.03, rtol=0)


def test_painting_eyes_can_be_left_out():
    plain, painted = (
        Template(TemplateConfig(anchors=64, per_anchor=16, painted_eyes=paint), load_body()) for paint in (False, True)
    )
    assert not plain.eye.any() and not plain.eye_paint.any() and painted.eye.any()
    assert torch.equal(plain.points, painted.points) and torch.equal(plain.part, painted.part)
