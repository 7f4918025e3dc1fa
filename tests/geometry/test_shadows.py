"""Shadows: what stands in a lamp's way darkens what is behind it, and a surface does not shade itself."""

import torch

from lca.geometry.shadows import seen_from, visibility, visibility_plain

ABOVE = torch.tensor([0.0, 1.0, 0.0])


def plate(height: float, half: float) -> torch.Tensor:
    line = torch.arange(-half, half, 0.01)
    x, z = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.flatten(), torch.full((x.numel(),), height), z.flatten()], -1)


def test_a_plate_throws_its_shadow():
    floor, lid = plate(0.0, 0.5), plate(0.4, 0.2)
    lit = visibility(torch.cat([floor, lid]), ABOVE)
    below = (floor[:, 0].abs() < 0.16) & (floor[:, 2].abs() < 0.16)
    beside = (floor[:, 0].abs() > 0.25) | (floor[:, 2].abs() > 0.25)
    assert (lit[: len(floor)][below] == 0).all() and (lit[: len(floor)][beside] == 1).all()
    assert (lit[len(floor) :] == 1).all(), "the lid itself is lit"


def test_a_slanted_lamp_moves_the_shadow():
    floor, lid = plate(0.0, 0.8), plate(0.4, 0.15)
    towards = torch.nn.functional.normalize(torch.tensor([1.0, 1.0, 0.0]), dim=0)
    dark = floor[visibility(torch.cat([floor, lid]), towards)[: len(floor)] < 0.5]
    assert abs(float(dark[:, 0].mean()) + 0.4) < 0.03 and abs(float(dark[:, 2].mean())) < 0.03


def test_a_tilted_surface_does_not_shade_itself():
    floor = plate(0.0, 0.5)
    for towards, least in (([0.6, 0.8, 0.0], 1.0), ([-0.5, 0.6, 0.5], 0.99), ([0.9, 0.44, 0.0], 0.8)):
        lit = visibility(floor, torch.nn.functional.normalize(torch.tensor(towards), dim=0))
        assert lit.min() >= least, "a grazing lamp may lose a little"


def test_the_kernel_is_its_twin():
    points = torch.randn(3000, 3) * torch.tensor([0.2, 0.8, 0.15])
    for towards in torch.nn.functional.normalize(torch.randn(4, 3), dim=-1):
        plain = visibility_plain(*seen_from(points, towards))
        assert (visibility(points, towards) - plain).abs().gt(1e-4).float().mean() < 1e-3, "but on a cell's very edge"
