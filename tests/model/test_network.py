import time
from dataclasses import replace

import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.model.backbone import token_size
from lca.model.checkpoint import from_version_2, load_model, save_model
from lca.model.network import LCA
from tests.model.conftest import TINY


def different(first: Gaussians, second: Gaussians) -> float:
    return max((a - b).abs().max().item() for a, b in zip(first.tensors(), second.tensors(), strict=True))


def test_any_number_of_photos_and_each_of_them_counts(network, photos):
    avatars = [network.reconstruct(photos[:count]).canonical for count in (1, 2, 3)]
    for avatar in avatars:
        assert len(avatar) == 48 * 8 and all(values.isfinite().all() for values in avatar.tensors())
    for fewer, more in zip(avatars, avatars[1:], strict=False):
        assert different(fewer, more) > 0.02


def test_order_of_photos_leaves_the_avatar_alone(network, photos):
    """But for sums of bfloat16 in another order, which may hand a pixel to its next Gaussian."""
    turned = photos[[2, 0, 1]]
    other = replace(turned, body=turned.body.flip(1), face=turned.face.flip(1))
    first, second, third = (network.reconstruct(p).canonical for p in (photos, turned, other))
    moved, changed = ((x.colors - first.colors).abs().mean() for x in (second, third))
    assert moved < 0.1 * changed
    assert (second.means - first.means).norm(dim=-1).median() < 1e-4


def test_another_photo_changes_the_avatar(network, photos):
    other = replace(photos, body=photos.body.flip(1))
    assert different(network.reconstruct(photos).canonical, network.reconstruct(other).canonical) > 0.02


def test_the_verbs_of_the_package_use_the_shipped_model(photos):
    import lca.model

    avatar, theta = lca.model.reconstruct(photos, stature=1.8), 0.2 * torch.randn(156)
    again = load_model().reconstruct(photos, stature=1.8)
    assert different(avatar.canonical, again.canonical) < 1e-5
    assert different(lca.model.drive(avatar, theta), again.drive(theta)) < 1e-5


def test_frames_are_driven_together_as_one_by_one(network, photos):
    avatar = network.reconstruct(photos)
    drives = [0.2 * torch.randn(3, size) for size in (156, 128, 4, 3)]
    together = avatar.drive(*drives)
    for frame in range(3):
        assert different(together[frame], avatar.drive(*(x[frame] for x in drives))) < 1e-5


def test_an_avatar_can_be_fitted(network, photos):
    avatar, theta = network.reconstruct(photos), torch.zeros(156, requires_grad=True)
    colors = avatar.canonical.colors.clone().requires_grad_()
    posed = replace(avatar, canonical=replace(avatar.canonical, colors=colors)).drive(theta)
    (posed.colors.square().sum() + posed.means.square().sum()).backward()
    assert colors.grad is not None and colors.grad.abs().max() > 0
    assert theta.grad is not None and theta.grad.abs().max() > 0
    assert not avatar.drive(torch.zeros(156)).means.requires_grad, "nothing asked for a gradient"


def test_zero_drive_adds_nothing(network, photos):
    avatar = network.reconstruct(photos)
    assert different(avatar.drive(torch.zeros(156)), avatar.canonical) < 1e-5


def test_opacity_has_no_correction_and_the_face_code_moves_the_face_only(network, photos):
    avatar = network.reconstruct(photos)
    driven = avatar.drive(torch.zeros(156), eps=torch.randn(128))
    assert torch.equal(driven.opacities, avatar.canonical.opacities)
    moved = (driven.means - avatar.canonical.means).norm(dim=-1).unflatten(0, (48, 8)).amax(-1)
    assert (moved[avatar.face_anchors > 0] > 0).all()
    assert moved[avatar.face_anchors == 0].max() < 1e-6


def test_named_actions_begin_as_the_blendshapes_of_the_template(network, photos):
    avatar, body = network.reconstruct(photos), load_body()
    actions = torch.zeros(52)
    actions[[body.expression_names.index(name) for name in ("jawOpen", "mouthSmileLeft")]] = torch.tensor([1.0, 0.5])
    moved = (
        avatar.drive(torch.zeros(156), avatar.eps_from_actions(actions)).means - avatar.drive(torch.zeros(156)).means
    )
    wanted = network.template.carry(body, body.expression_directions) @ actions
    assert wanted.norm(dim=-1).max() > 0.03
    assert (moved - wanted).norm(dim=-1).max() < 0.002, "the untrained branch adds a little"
    plain = LCA(replace(TINY, blendshapes=False)).eval()
    assert plain.driver.blend is None
    still = plain.reconstruct(photos)
    assert different(still.drive(torch.zeros(156), still.eps_from_actions(actions)), still.canonical) < 0.01


def test_an_action_by_name_moves_its_own_blendshape_alone_whatever_the_map_has_learned(network):
    learned = torch.randn(53, 128)
    exact = network.driver.read_back(learned)
    torch.testing.assert_close(network.driver.read(exact[:-1]), torch.eye(52), atol=1e-4, rtol=0)
    assert torch.equal(exact[-1], learned[-1]), "the face at rest stays as it is"
    torch.testing.assert_close(network.driver.read_back(exact), exact, atol=1e-4, rtol=0)


LETTER = {
    "transport": replace(TINY, transport=False),
    "blendshapes": replace(TINY, blendshapes=False),
    "photo": replace(TINY, encoder=replace(TINY.encoder, photo_depth=0)),
    "eyes": replace(TINY, template=replace(TINY.template, painted_eyes=False)),
    "heads": replace(TINY, template=replace(TINY.template, covered_heads=False)),
}
"""What is ours and not the paper's, each switched off alone."""


@pytest.mark.parametrize("part", LETTER)
def test_what_is_beyond_the_paper_can_be_left_out_alone(part, photos):
    network = LCA(LETTER[part]).eval()
    parts = {
        "transport": len(list(network.transport.parameters())) > 0,
        "blendshapes": network.driver.blend is not None,
        "photo": len(list(network.photo.parameters())) > 0,
        "eyes": network.template.config.painted_eyes,
        "heads": bool(network.template.head.any()),
    }
    assert parts == {name: name != part for name in parts}
    assert len(network.reconstruct(photos).canonical) == 48 * 8


def test_faces_can_be_left_out(photos):
    network = LCA(replace(TINY, face_crop=False)).eval()
    other = replace(photos, face=photos.face.flip(0), face_mask=torch.ones_like(photos.face_mask))
    assert different(network.reconstruct(photos).canonical, network.reconstruct(other).canonical) == 0.0
    turned = replace(photos, body=photos.body.flip(1))
    assert different(network.reconstruct(photos).canonical, network.reconstruct(turned).canonical) > 0.02


def test_without_transport_colours_come_from_the_tokens_alone(photos):
    network = LCA(LETTER["transport"]).eval()
    dark = network.reconstruct(replace(photos, body=0.2 * photos.body, face=0.2 * photos.face)).canonical.colors
    painted = network.template.eye > 0
    assert (dark[~painted].mean() - 0.5).abs() < 0.05, "nothing has taught the tokens what colours are"
    assert (LCA(TINY).eval().reconstruct(replace(photos, body=0.2 * photos.body)).canonical.colors.mean()) < 0.45


def test_known_shape_replaces_the_predicted_one(network, photos):
    betas = torch.zeros(100)
    betas[0] = 2.0
    avatar = network.reconstruct(photos, betas)
    assert torch.equal(avatar.betas, betas)
    assert (avatar.rig.joints - network.reconstruct(photos).rig.joints).abs().max() > 1e-3


def test_colours_travel_from_photos_to_the_gaussians_they_show(network):
    """Transport alone: pixels that claim to show known points hand over their colours."""
    from lca.model.transport.carry import PixelEvidence, arranged, shared
    from lca.model.transport.dense import FEATURES

    template = network.template
    wanted = torch.rand(len(template.points), 3)
    payload = torch.cat([wanted, torch.zeros(len(wanted), FEATURES)], -1)
    pixels = PixelEvidence(
        torch.zeros(len(wanted), dtype=torch.long), template.points, torch.ones(len(wanted)), payload
    )
    sharp = arranged(shared([pixels], template, 1), template)[0, :, :3]
    blurred = wanted.mean(0).expand_as(wanted)
    assert (sharp - wanted).abs().mean() < 0.6 * (blurred - wanted).abs().mean()


def test_checkpoint_round_trip(network, tmp_path):
    save_model(network, tmp_path / "model.safetensors", {"steps": "0"})
    loaded = load_model(tmp_path / "model.safetensors")
    assert loaded.config == network.config
    for name, value in network.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value, atol=1e-3, rtol=1e-3, msg=name)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "cut short"),
        (lambda path: path.write_bytes(b"not a checkpoint"), "got something else"),
    ],
)
def test_bad_checkpoints(network, tmp_path, damage, message):
    path = tmp_path / "model.safetensors"
    save_model(network, path)
    damage(path)
    with pytest.raises(ValueError, match=message):
        load_model(path)


@pytest.mark.parametrize("family", ["dinov2", "convnext", "resnet"])
def test_a_frozen_backbone_from_a_folder_takes_the_small_encoders_place(photos, tmp_path, family):
    from transformers.models.auto.configuration_auto import AutoConfig
    from transformers.models.auto.modeling_auto import AutoModel

    small = {
        "dinov2": {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 56},
        "convnext": {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1]},
        "resnet": {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1], "embedding_size": 8},
    }[family]
    AutoModel.from_config(AutoConfig.for_model(family, **small)).save_pretrained(tmp_path / "small")
    network = LCA(replace(TINY, encoder=replace(TINY.encoder, backbone=str(tmp_path / "small")))).eval()
    assert len(network.reconstruct(photos).canonical) == 48 * 8
    assert not any(p.requires_grad for p in network.encoder.parameters())
    grid = network.tokenise(photos[None])[0].grid
    assert grid.shape[1:] == (256, 32)  # of pictures of 256 pixels, one for every 16 x 16


@pytest.mark.parametrize("name", ["nothing", "nobody/nothing"])
def test_a_backbone_that_is_not_there_is_one_line_at_once(monkeypatch, name):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    start = time.monotonic()
    with pytest.raises(UserError, match=f"got '{name}': it is not on this machine, and there is no network"):
        LCA(replace(TINY, encoder=replace(TINY.encoder, backbone=name)))
    assert time.monotonic() - start < 20.0


def test_a_backbone_of_another_shape_is_refused():
    from transformers.models.auto.configuration_auto import AutoConfig

    with pytest.raises(UserError, match=r"one grid of tokens \(ViT, DINO, ConvNeXt, ResNet\), got swin"):
        token_size(AutoConfig.for_model("swin"))


def test_avatar_file_round_trip(network, photos, tmp_path):
    from lca.model.avatar import Avatar

    avatar = network.reconstruct(photos)
    avatar.save(tmp_path / "person.avatar")
    loaded = Avatar.load(tmp_path / "person.avatar")
    drive = 0.3 * torch.randn(156), torch.randn(128), 0.2 * torch.randn(4), torch.randn(3)
    assert different(loaded.drive(*drive), avatar.drive(*drive)) == 0


def test_models_of_version_2_say_by_transport_what_has_its_own_switch_now():
    tensors = {
        "dense.out.bias": torch.zeros(1),
        "fusion.project_evidence.0.bias": torch.ones(1),
        "photo.kind": torch.ones(2),
    }
    config = {"transport": False, "encoder": {"photo_depth": 2, "width": 64}, "template": {"anchors": 48}}
    renamed, switched = from_version_2(tensors, config)
    assert set(renamed) == {"transport.dense.out.bias", "transport.project.0.bias", "photo.kind"}
    assert switched["encoder"] == {"photo_depth": 0, "width": 64}
    assert switched["template"] == {"anchors": 48, "painted_eyes": False, "covered_heads": False}
    assert from_version_2(tensors, config | {"transport": True})[1] == config | {"transport": True}
