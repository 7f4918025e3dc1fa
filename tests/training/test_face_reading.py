"""Teaching the face code: faces that are told apart at once, all else to the bit, and the command that does it."""

import torch

from lca.data.faces import FaceCrops
from lca.model.checkpoint import load_model, save_model
from lca.model.face_code import FaceCodeEncoder
from lca.model.face_place import USUAL
from lca.training.experiment import experiment
from lca.training.face_reading import ReadingLosses, astray, reading_terms
from tests.world.captures import built


def drawn(count: int) -> FaceCrops:
    """Grey faces somewhere in their crops, with a black mouth that is as high as the jaw is open."""
    place = torch.tensor(USUAL).repeat(count, 1, 1)
    place[:, 3] += 0.15 * torch.rand(count, 2)
    actions = torch.zeros(count, 52)
    actions[:, 25] = torch.rand(count)
    y, x = torch.meshgrid(*(torch.linspace(-1, 1, 128),) * 2, indexing="ij")
    across, up = (x - place[:, 3, 0, None, None]) / 0.52, -(y - place[:, 3, 1, None, None]) / 0.6
    skin = (across / 0.8) ** 2 + up**2 < 1
    mouth = (across.abs() < 0.35) & ((up + 0.4).abs() < 0.05 + 0.3 * actions[:, 25, None, None])
    face = torch.full((count, 1, 128, 128), 0.5) + 0.35 * skin[:, None] - 0.8 * (skin & mouth)[:, None]
    return FaceCrops(face.expand(-1, 3, -1, -1).contiguous(), place, actions)


def test_places_and_actions_are_learned():
    code, crops = FaceCodeEncoder((8, 16, 16)), drawn(12)
    learning = [p for name, p in code.named_parameters() if name != "action_map"]
    optimizer = torch.optim.AdamW(learning, lr=4e-4)
    terms, start = {}, {}
    for step in range(40):
        terms = reading_terms(code, crops, ReadingLosses())
        start = start if step else terms
        optimizer.zero_grad()
        sum(terms.values(), start=torch.zeros(())).backward()
        optimizer.step()
    assert terms["actions"] < 0.3 * start["actions"]
    assert terms["place"] < 0.4 * start["place"]


def test_without_their_weight_actions_teach_nothing():
    code, crops = FaceCodeEncoder(), drawn(4)
    terms = reading_terms(code, crops, ReadingLosses(actions=0.0, bottleneck=0.0))
    sum(terms.values(), start=torch.zeros(())).backward()
    assert code.spread.weight.grad is None or not code.spread.weight.grad.any()
    assert code.place.shift.weight.grad is not None and code.place.shift.weight.grad.any()


def test_a_camera_that_is_off_by_a_tenth_of_the_face_costs_one():
    code = FaceCodeEncoder()
    true = torch.tensor(USUAL)[None]
    off = true.clone()
    off[:, 3, 1] += 0.2 * float(true[0, 1].norm())
    assert abs(astray(code, off, true).item() - 1.0) < 1e-5


def test_the_command_teaches_the_code_and_nothing_else(network, tmp_path):
    save_model(network, tmp_path / "base.safetensors")
    path = experiment(
        "faces",
        "configs/small_face_code.yaml",
        f"--model.init={tmp_path / 'base.safetensors'}",
        f"--data.folders=[{built('wild')}]",
        "--data.batch_size=2",
        f"--trainer.default_root_dir={tmp_path / 'run'}",
        "--trainer.max_steps=2",
        "--trainer.limit_val_batches=0",
        "--trainer.accelerator=cpu",
        "--trainer.enable_progress_bar=false",
        "--trainer.enable_model_summary=false",
    ).fit()
    before, after = (load_model(file).state_dict() for file in (tmp_path / "base.safetensors", path))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("face_code.") for name in changed)
    assert "face_code.action_map" not in changed
