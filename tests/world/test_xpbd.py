"""The cloth solver against slow vector algebra, and against what physics knows without a solver."""

import numpy as np
import pytest

from lca.world.cloth.xpbd import Fabric, Passage, Physics, advance
from tests.world import xpbd_twin

EDGE = 0.03


def sheet(rows, columns, bend=1e-3, held=1):
    """A square mesh in the x-z plane, its first `held` rows (z = 0) held."""
    index = np.arange(rows * columns).reshape(rows, columns)
    x, z = np.meshgrid(np.arange(columns) * EDGE, np.arange(rows) * EDGE)
    places = np.stack([x, 0 * x, z], -1).reshape(-1, 3)
    pairs = [(index[:-1], index[1:]), (index[:, :-1], index[:, 1:]), (index[:-1, :-1], index[1:, 1:])]
    links = np.concatenate([np.stack([a.ravel(), b.ravel()], 1) for a, b in pairs])
    lengths = np.linalg.norm(places[links[:, 0]] - places[links[:, 1]], axis=1)
    soft = np.where(lengths > 1.1 * EDGE, 2e-6, 0.0)
    threads = np.stack([index[:-2].ravel(), index[1:-1].ravel(), index[2:].ravel()], 1)
    mobility = np.repeat([0.0, 1.0], [held * columns, (rows - held) * columns])
    a, b, c, d = (part.ravel() for part in (index[:-1, :-1], index[1:, :-1], index[:-1, 1:], index[1:, 1:]))
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([c, b, d], 1)])
    gaps, width = np.full(len(places), 0.004), np.full(len(places), 0.6 * EDGE)
    both = np.concatenate([links, links[:, ::-1]])
    both = both[np.lexsort(both.T[::-1])]
    start = np.searchsorted(both[:, 0], np.arange(len(places) + 1))
    bends = np.full(len(threads), bend)
    return places, Fabric(faces, links, lengths, soft, threads, bends, mobility, gaps, width, start, both[:, 1].copy())


def ball(centre, radius=0.08):
    """Points on a sphere, their normals and neighbours (start of each list, all lists)."""
    k = np.arange(300)
    y, turn = 1 - (2 * k + 1) / 300, k * np.pi * (3 - np.sqrt(5))
    normals = np.stack([np.sqrt(1 - y * y) * np.sin(turn), y, np.sqrt(1 - y * y) * np.cos(turn)], 1)
    near = np.argsort(-normals @ normals.T, axis=1)[:, 1:9]
    return centre + radius * normals, normals, np.arange(301) * 8, near.ravel().astype(np.int64)


def passage(held, solid=None, shift=(0, 0, 0), limbs=None):
    """A frame in which the solid and the limbs move by `shift`."""
    points, normals, start, ring = solid or ball(np.array([0, -50.0, 0]))
    limbs = np.zeros((0, 6)) if limbs is None else limbs
    moves = np.array([[0, 0, 0], shift], float)
    return Passage(
        np.stack([held, held]), points + moves[:, None], np.stack([normals] * 2), start, ring,
        limbs + np.tile(moves, 2)[:, None], np.full(len(limbs), 0.02),
    )  # fmt: skip


def run(places, fabric, frame, physics, frames):
    """Advance -> places and velocities after each frame."""
    places, velocities = places.copy(), np.zeros_like(places)
    seen = []
    for _ in range(frames):
        nearest = np.linalg.norm(places[:, None] - frame.solid[0], axis=-1).argmin(1)
        advance(places, velocities, nearest, fabric, frame, physics)
        seen.append((places.copy(), velocities.copy()))
    return seen


def test_the_kernels_do_what_the_twin_does():
    places, fabric = sheet(7, 6)
    fabric = fabric._replace(width=np.full(42, 2.05 * EDGE))  # wide enough for vertices two links apart to meet
    limb = np.array([[0.02, -0.03, 0.1, 0.14, -0.06, 0.16]])
    frame = passage(places, ball(np.array([0.07, -0.11, 0.09])), (0.02, 0.01, -0.03), limb)
    physics = Physics(1 / 30, 10, drag=0.7, friction=0.4, floor=-0.05)
    mine, twin = (places.copy(), np.zeros_like(places)), (places.copy(), np.zeros_like(places))
    for _ in range(4):
        nearest = np.linalg.norm(mine[0][:, None] - frame.solid[0], axis=-1).argmin(1)
        advance(*mine, nearest, fabric, frame, physics)
        twin = xpbd_twin.advance(*twin, fabric, frame, physics)
    np.testing.assert_allclose(mine[0], twin[0], atol=1e-9)
    np.testing.assert_allclose(mine[1], twin[1], atol=1e-7)
    assert np.abs(mine[0] - places).max() > 0.04


def test_energy_never_grows_and_links_hold():
    """A sheet let go: the highest energy of each half second, which the stretch of links lends and takes back, declines."""
    places, fabric = sheet(16, 8)
    physics, energies, lowest = Physics(1 / 30, 20, drag=0.0, air=0.0), [], 0.0
    for x, v in run(places, fabric, passage(places), physics, 60):
        bend = x[fabric.threads[:, 0]] - 2 * x[fabric.threads[:, 1]] + x[fabric.threads[:, 2]]
        energy = 9.81 * x[:, 1].sum() + 0.5 * (v**2)[fabric.mobility > 0].sum()
        energies.append(energy + 0.5 * ((bend**2).sum(1) / fabric.thread_compliance).sum())
        lowest = min(lowest, x[:, 1].min())
        apart = np.linalg.norm(x[fabric.links[:, 0]] - x[fabric.links[:, 1]], axis=1) / fabric.lengths
        assert apart[fabric.link_compliance == 0].max() < 1.12
    highest = np.reshape(energies, (4, 15)).max(1)
    assert highest[0] < 0 and (np.diff(highest) < 0).all()
    assert lowest < -0.4, "the sheet swings down"


def test_a_free_vertex_falls_as_galileo_says():
    places, fabric = sheet(2, 2)
    fabric = fabric._replace(links=fabric.links[:0], lengths=fabric.lengths[:0], link_compliance=fabric.lengths[:0])
    x, v = run(places, fabric, passage(places), Physics(1 / 30, 20, drag=0.0, air=0.0), 15)[-1]
    assert x[2, 1] == pytest.approx(-0.5 * 9.81 * 0.5**2, rel=0.01) and v[2, 1] == pytest.approx(-9.81 * 0.5)
    assert (x[:2] == places[:2]).all()


@pytest.mark.parametrize("friction, slides", [(0.2, True), (0.6, False)])
def test_friction_decides_whether_cloth_slides_down_a_slope(friction, slides):
    """Tangent of the slope's angle: 0.4."""
    places, fabric = sheet(6, 6, held=0)
    grid = np.stack(np.meshgrid(np.linspace(-0.3, 0.6, 40), np.linspace(-0.3, 0.6, 40), indexing="ij"), -1)
    x, z = grid.reshape(-1, 2).T
    points, normals = np.stack([x, -0.4 * x, z], 1), np.tile([0.4, 1, 0] / np.hypot(1, 0.4), (1600, 1))
    near = np.linalg.norm(points[:, None] - points, axis=-1).argsort(1)[:, 1:9]
    down = np.array([1, -0.4, 0]) / np.hypot(1, 0.4)
    places = places[:, :1] * down + places * [0, 0, 1] + 0.004 * normals[0]
    frame = passage(places, (points, normals, np.arange(1601) * 8, near.ravel()))
    moved = run(places, fabric, frame, Physics(1 / 30, 20, friction=friction, drag=0.0, air=0.0), 9)[-1][0] - places
    assert (moved[:, 0].mean() > 0.02) == slides
    assert slides or np.abs(moved).max() < 0.003
    assert np.abs(moved @ normals[0]).max() < 0.002, "it stays on the slope"


def test_layers_do_not_pass_through_each_other():
    """A sheet falls onto another that lies on the floor, without a link between them, and stays above."""
    places, fabric = sheet(8, 8, held=0)
    both = np.concatenate([places - [0, 0.05, 0], places + [0.4 * EDGE, 0.03, 0.3 * EDGE]])
    twice = {name: np.concatenate([part, part + 64]) for name, part in fabric._asdict().items() if part.ndim == 2}
    once = {name: np.tile(part, 2) for name, part in fabric._asdict().items() if part.ndim == 1}
    start = np.concatenate([fabric.linked_start, fabric.linked_start[1:] + len(fabric.linked)])
    ends = np.concatenate([fabric.linked, fabric.linked + 64])
    pile = Fabric(**twice, **once)._replace(linked_start=start, linked=ends, width=np.full(128, 0.9 * EDGE))
    physics = Physics(1 / 30, 20, floor=-0.05, drag=0.0, air=0.0)
    x, _ = run(both, pile, passage(both), physics, 20)[-1]
    assert x[64:, 1].mean() < -0.01, "it has landed"
    assert (x[64:, 1] - x[:64, 1]).min() > 0.2 * EDGE
