"""The probe tells what a linear function can tell, no more; the plane is the one of most variance."""

import pytest
import torch

from lca.data.batch import Batch
from lca.lab import token_plane
from lca.lab.held_out import everybody
from lca.lab.token_plane import COLOURS, TokenPlane, plane_picture, probe_accuracy
from lca.model.network import LCA
from tests.world.captures import built


def test_the_probe_finds_a_shift_that_no_single_channel_shows():
    noise = torch.randn(12, 40)
    shared = torch.randn(12, 1) * torch.ones(1, 40) * 5  # far larger than the shift, in another direction
    shift = torch.tensor([1.0, -1.0]).repeat(20) * 2
    assert probe_accuracy(noise[:6] + shared[:6] + shift, noise[6:] + shared[6:] - shift) == 1.0


def test_without_a_difference_it_guesses():
    found = [probe_accuracy(*torch.randn(10, 30).split([4, 6])) for _ in range(60)]
    assert sum(found) / len(found) == pytest.approx(0.5, abs=0.08)


def test_luck_holds_chance_and_a_true_difference_is_beyond_it(network: LCA, monkeypatch):
    people, tokens = everybody(built("wild")), {2: torch.randn(7, 24), 3: torch.randn(7, 24) + 3.0}
    monkeypatch.setattr(token_plane, "person_tokens", lambda _, some: tokens[len(some)])
    plane = token_plane.token_plane(network, people[:2], people)
    assert plane.luck[0] < 0.5 < plane.luck[1] < plane.probe == 1.0


def test_the_plane_holds_people_of_both_stages(network: LCA):
    people: list[Batch] = everybody(built("wild"))
    plane = token_plane.token_plane(network.eval(), people[:2], people[1:])
    assert plane.wild.shape == (2, 2) and plane.studio.shape == (2, 2)
    torch.testing.assert_close(plane.wild[1], plane.studio[0])  # the same person
    assert 0 <= plane.luck[0] <= plane.luck[1] <= 1
    assert plane.explained == pytest.approx(1.0, abs=1e-5)  # three people lie in one plane


def test_the_picture_has_a_dot_for_everybody():
    plane = TokenPlane(torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 1.0]]), 1.0, 0.75, (0.3, 0.7))
    picture = plane_picture(plane, "before", 100)
    assert picture.getpixel((16, 16)) == COLOURS["wild"] and picture.getpixel((84, 84)) == COLOURS["studio"]
