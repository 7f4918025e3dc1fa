"""The fused kernel against its twin in plain torch: values and gradients, every way to broadcast, every size of a block."""

import inspect

import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import axis_angle_to_matrix
from lca.geometry.skinning import skin_gaussians, skin_gaussians_plain, skin_points, skin_points_plain
from lca.geometry.skinning_cpu import Skin, skin_fused
from tests.geometry.test_skinning import rigid

JOINTS, INFLUENCES = 7, 5
BATCHES = {
    "none": ((), (), ()),
    "poses of one person": ((), (3,), ()),
    "people with weights of their own": ((2,), (2,), (2,)),
    "people times frames": ((2, 1), (2, 3), (2, 1)),
    "frames times people": ((), (3, 1), (2,)),
    "garments on one pose": ((), (), (3,)),
    "one of an axis": ((1,), (2,), (1,)),
    "nobody": ((0,), (0,), ()),
}
"""Batch axes of Gaussians, transforms and weights."""


def inputs(count, cloud=(), poses=(), people=(), turn=(0.4, 0.2, -0.3)):
    """Means, quats, transforms and weights as leaves, and indices; all joints turn by `turn` and a little more of their own."""
    about = axis_angle_to_matrix(torch.tensor(turn)) @ axis_angle_to_matrix(0.3 * torch.randn(*poses, JOINTS, 3))
    transforms = rigid(about, torch.randn(*poses, JOINTS, 3))
    weights = torch.rand(*people, count, INFLUENCES) + 0.01
    leaves = [
        torch.randn(*cloud, count, 3),
        torch.randn(*cloud, count, 4),
        transforms,
        weights / weights.sum(-1, keepdim=True),
    ]
    return [x.requires_grad_() for x in leaves], torch.randint(0, JOINTS, (*people, count, INFLUENCES))


def posed(skin, leaves, indices):
    means, quats, transforms, weights = leaves
    rest = (torch.ones_like(means), torch.ones_like(means[..., 0]), torch.ones_like(means))
    out = skin(Gaussians(means, quats, *rest), transforms, indices, weights)
    return out.means, out.quats_wxyz


def agree(leaves, indices, wanted=(True,) * 4):
    """The kernel in float32 and the twin in double precision give the same values and the same gradients of what is wanted."""
    exact = [x.detach().double().requires_grad_(x.requires_grad) for x in leaves]
    ours, theirs = posed(skin_gaussians, leaves, indices), posed(skin_gaussians_plain, exact, indices)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a.double(), b, atol=2e-6, rtol=2e-6)
        assert a.requires_grad == b.requires_grad
    given = [torch.randn_like(x) for x in ours if x.requires_grad]
    torch.autograd.backward([x for x in ours if x.requires_grad], given)
    torch.autograd.backward([x for x in theirs if x.requires_grad], [x.double() for x in given])
    for a, b, asked in zip(leaves, exact, wanted, strict=True):
        assert (a.grad is not None) == asked
        if asked:
            torch.testing.assert_close(a.grad.double(), b.grad, atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("name", BATCHES)
def test_batches(name):
    agree(*inputs(21, *BATCHES[name]))


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 1024, 2500])
def test_sizes(count):
    agree(*inputs(count))


@pytest.mark.parametrize(
    "turn", [(0.0, 0.0, 0.0), (2.8, 0.0, 0.0), (0.0, 2.8, 0.0), (0.0, 0.0, -2.8), (1.7, -1.7, 1.7)]
)
def test_every_way_to_read_a_quaternion_off_a_matrix(turn):
    agree(*inputs(40, turn=turn))


@pytest.mark.parametrize("still", [(3,), (2, 3), (0, 1), (0, 1, 2), (1, 2, 3)])
def test_gradients_of_some(still):
    leaves, indices = inputs(21, (2, 1), (2, 3), (2, 1))
    for i in still:
        leaves[i].requires_grad_(False)
    agree(leaves, indices, [i not in still for i in range(4)])


def test_without_gradients_nothing_is_recorded():
    leaves, indices = inputs(21)
    assert all(x.grad_fn is None for x in posed(skin_gaussians, [x.detach() for x in leaves], indices))
    with torch.no_grad():
        assert all(x.grad_fn is None for x in posed(skin_gaussians, leaves, indices))


def test_indices_may_have_a_batch_of_their_own():
    leaves, _ = inputs(21, (), (2,), ())
    agree(leaves, torch.randint(0, JOINTS, (3, 1, 21, INFLUENCES)))


def test_inputs_need_not_be_contiguous_or_long():
    leaves, indices = inputs(33)
    strided = [x.detach().mT.contiguous().mT.requires_grad_() for x in leaves]
    agree(strided, indices.int())
    for a, b in zip(posed(skin_gaussians, strided, indices.int()), posed(skin_gaussians, leaves, indices), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("batches", [((), ()), ((2,), (2,)), ((), (3,))])
def test_points_alone(batches):
    (means, _, transforms, weights), indices = inputs(37, batches[0], batches[1])
    exact = [x.detach().double().requires_grad_() for x in (means, transforms, weights)]
    ours = skin_points(means, transforms, indices, weights)
    theirs = skin_points_plain(exact[0], exact[1], indices, exact[2])
    torch.testing.assert_close(ours.double(), theirs, atol=2e-6, rtol=2e-6)
    given = torch.randn_like(ours)
    found = torch.autograd.grad(ours, (means, transforms, weights), given)
    for a, b in zip(found, torch.autograd.grad(theirs, exact, given.double()), strict=True):
        torch.testing.assert_close(a.double(), b, atol=2e-5, rtol=2e-5)


def test_body_in_single_and_double_precision():
    body, theta = load_body(), 0.3 * torch.randn(3, 156)
    betas, move, psi = torch.randn(100), torch.randn(3, 3), 0.2 * torch.randn(3, 4)
    ours = body.posed(betas.expand(3, -1), theta, move, psi)
    exact = body.to(torch.float64).posed(*(x.double() for x in (betas.expand(3, -1), theta, move, psi)))
    assert exact.dtype == torch.float64
    torch.testing.assert_close(ours.double(), exact, atol=1e-5, rtol=0)


def test_threads_do_not_change_a_bit():
    leaves, indices = inputs(5000, (), (3,), ())
    before, results = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            outputs = posed(skin_gaussians, leaves, indices)
            results.append([*outputs, *torch.autograd.grad(outputs, leaves, [torch.ones_like(x) for x in outputs])])
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


def test_what_the_twin_takes_over(monkeypatch):
    leaves, indices = inputs(21)
    monkeypatch.setattr(Skin, "apply", lambda *_: pytest.fail("the kernel takes float32 only"))
    doubled = [x.double() for x in leaves]
    assert posed(skin_gaussians, doubled, indices)[0].dtype == torch.float64
    assert skin_points(doubled[0], doubled[2], indices, doubled[3]).dtype == torch.float64


@pytest.mark.parametrize("wrong", [-1, JOINTS, 2**40])
def test_an_index_without_a_joint_is_refused(wrong):
    (means, _, transforms, weights), indices = inputs(21)
    indices[20, 3] = wrong
    with pytest.raises(UserError, match=rf"from 0 to {JOINTS - 1} .* got .*{wrong}"):
        skin_points(means, transforms, indices, weights)


def test_sizes_that_differ_are_refused():
    (means, quats, transforms, weights), indices = inputs(21)
    with pytest.raises(UserError, match=r"each of 20 points, got shapes \(21, 5\) and \(21, 5\)"):
        inspect.unwrap(skin_fused)(means[:20], quats, transforms, indices, weights)
