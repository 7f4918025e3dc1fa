"""Cloth by extended position-based dynamics with small steps.

Sources: Macklin, Mueller, Chentanez, "XPBD" (2016); Macklin et al., "Small Steps in Physics Simulation" (2019): many
substeps of one Gauss-Seidel sweep each. Every vertex has unit mass, so a compliance is per unit of mass and counts in s^2.
Contact is with the tangent plane of the nearest vertex of a moving surface; the nearest vertex is followed from neighbour to
neighbour. The kernels are serial: the same input gives the same bytes.
"""

import math
from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from lca.world.body.scene import vertex_normals
from lca.world.cloth.layers import crowded, part, spread

MAX_PUSH = 0.008
"""Metres that a contact may move a vertex in one substep: deep overlaps open gently instead of exploding."""
MAX_SPEED = 12.0
"""Metres per second."""
SEARCH_EVERY = 4
"""Substeps between two searches for layers that come close."""
FOLLOW_EVERY = 2
"""Substeps between two looks for a nearer vertex of the surface."""
REACH = 0.10
"""Metres: a vertex further than this from the nearest vertex of the surface does not touch it."""


class Fabric(NamedTuple):
    """What a cloth is made of. `links` keep their `lengths` (m); `threads` are three vertices in a row that want to be straight.

    `mobility` is 1 for free vertices and 0 for held ones; `gaps` (m) is the distance that a vertex keeps from the surface,
    `width` (m) from vertices of the same cloth to which no link joins it (`linked[linked_start[v] : linked_start[v + 1]]`).
    """

    faces: Int[np.ndarray, "faces 3"]
    links: Int[np.ndarray, "links 2"]
    lengths: Float[np.ndarray, " links"]
    link_compliance: Float[np.ndarray, " links"]
    threads: Int[np.ndarray, "threads 3"]
    thread_compliance: Float[np.ndarray, " threads"]
    mobility: Float[np.ndarray, " vertices"]
    gaps: Float[np.ndarray, " vertices"]
    width: Float[np.ndarray, " vertices"]
    linked_start: Int[np.ndarray, " vertices_and_one"]
    linked: Int[np.ndarray, " ends"]


class Passage(NamedTuple):
    """What moves from the start (0) to the end (1) of a frame: places that hold the cloth, the solid surface, the limbs.

    `limbs` are capsules from `limbs[..., :3]` to `limbs[..., 3:]` with `radii`; vertex b of the surface has the neighbours
    `ring[ring_start[b] : ring_start[b + 1]]`. Metres.
    """

    held: Float[np.ndarray, "2 vertices 3"]
    solid: Float[np.ndarray, "2 solid 3"]
    normals: Float[np.ndarray, "2 solid 3"]
    ring_start: Int[np.ndarray, " solid_and_one"]
    ring: Int[np.ndarray, " neighbours"]
    limbs: Float[np.ndarray, "2 limbs 6"]
    radii: Float[np.ndarray, " limbs"]


class Physics(NamedTuple):
    """One frame's time and the world: `drag` (1/s) of still air and, across the cloth's plane, `air` (1/m, times the speed),
    `damping` (1/s) of bending, Coulomb `friction` on the surface, height of the `floor`.
    """

    seconds: float = 1 / 30
    substeps: int = 20
    gravity: float = 9.81
    drag: float = 0.4
    air: float = 2.5
    damping: float = 20.0
    friction: float = 0.35
    floor: float = -math.inf


@njit(cache=True)
@no_type_check
def advance(places, velocities, nearest, fabric, passage, physics):
    """One frame: moves `places`, `velocities` (V, 3) and `nearest` (V,), the nearest vertex of the surface, in place."""
    dt = physics.seconds / physics.substeps
    before, held = np.empty_like(places), np.empty_like(places)
    solid = passage.solid[0].copy()
    earlier = np.empty_like(solid)
    across = vertex_normals(places, fabric.faces)
    pairs = np.empty((0, 2), np.int64)
    for step in range(physics.substeps):
        share = (step + 1) / physics.substeps
        earlier, solid = solid, earlier
        mixed(passage.solid, share, solid)
        mixed(passage.held, share, held)
        if step % SEARCH_EVERY == 0:
            pairs = crowded(places, fabric.width, fabric.linked_start, fabric.linked)
        predict(places, velocities, before, held, across, fabric.mobility, physics, dt)
        straighten(places, before, fabric.threads, fabric.thread_compliance, fabric.mobility, physics.damping, dt)
        stretch(places, fabric.links, fabric.lengths, fabric.link_compliance, fabric.mobility, dt)
        spread(places, pairs, fabric.width, fabric.mobility)
        fend(places, passage.limbs, passage.radii, fabric.mobility, fabric.gaps, share)
        if step % FOLLOW_EVERY == 0:
            follow(places, nearest, fabric.mobility, solid, passage.ring_start, passage.ring)
        touch(places, before, nearest, fabric, passage, solid, earlier, share, physics.friction)
        stand(places, before, physics.floor, physics.friction)
        recover(places, before, velocities, dt)


@njit(cache=True)
@no_type_check
def mixed(ends, share, out):
    """out = (1 - share) ends[0] + share ends[1]."""
    for v in range(out.shape[0]):
        for k in range(3):
            out[v, k] = ends[0, v, k] + share * (ends[1, v, k] - ends[0, v, k])


@njit(cache=True)
@no_type_check
def predict(places, velocities, before, held, across, mobility, physics, dt):
    """Free fall against the air, which most brakes what moves across its own plane; held vertices go where they are held."""
    for v in range(places.shape[0]):
        for k in range(3):
            before[v, k] = places[v, k]
        if mobility[v] == 0:
            for k in range(3):
                places[v, k] = held[v, k]
            continue
        velocities[v, 1] -= physics.gravity * dt
        speed = 0.0
        for k in range(3):
            speed += velocities[v, k] * across[v, k]
        lost = speed - speed / (1 + physics.air * abs(speed) * dt)
        for k in range(3):
            velocities[v, k] = (velocities[v, k] - lost * across[v, k]) / (1 + physics.drag * dt)
            places[v, k] += dt * velocities[v, k]


@njit(cache=True)
@no_type_check
def straighten(places, before, threads, compliance, mobility, damping, dt):
    """Bending: a - 2b + c is pulled to 0, and its change is damped."""
    for t in range(threads.shape[0]):
        a, b, c = threads[t, 0], threads[t, 1], threads[t, 2]
        total = mobility[a] + 4 * mobility[b] + mobility[c]
        if total == 0:
            continue
        # the gradient is a unit vector times (1, -2, 1), so the step is the bend itself times a number
        pull, brake = 1 / (total + compliance[t] / (dt * dt)), damping * dt / (total * (1 + damping * dt))
        for k in range(3):
            bend = places[a, k] - 2 * places[b, k] + places[c, k]
            was = before[a, k] - 2 * before[b, k] + before[c, k]
            move = -pull * bend - brake * (bend - was)
            places[a, k] += mobility[a] * move
            places[b, k] -= 2 * mobility[b] * move
            places[c, k] += mobility[c] * move


@njit(cache=True)
@no_type_check
def stretch(places, links, lengths, compliance, mobility, dt):
    """Stretch: C = |a - b| - length is pulled to 0."""
    for n in range(links.shape[0]):
        a, b = links[n, 0], links[n, 1]
        dx, dy, dz = places[a, 0] - places[b, 0], places[a, 1] - places[b, 1], places[a, 2] - places[b, 2]
        length = math.sqrt(dx * dx + dy * dy + dz * dz)
        total = mobility[a] + mobility[b] + compliance[n] / (dt * dt)
        if length < 1e-9 or total <= 0:
            continue
        part(places, a, b, dx, dy, dz, (lengths[n] - length) / (length * total), mobility)


@njit(cache=True)
@no_type_check
def fend(places, limbs, radii, mobility, gaps, share):
    """Capsules push the cloth away from their axes, without friction."""
    start, end = np.empty(3), np.empty(3)
    for n in range(radii.shape[0]):
        for k in range(3):
            start[k] = limbs[0, n, k] + share * (limbs[1, n, k] - limbs[0, n, k])
            end[k] = limbs[0, n, 3 + k] + share * (limbs[1, n, 3 + k] - limbs[0, n, 3 + k])
        ax, ay, az = end[0] - start[0], end[1] - start[1], end[2] - start[2]
        square = ax * ax + ay * ay + az * az + 1e-12
        for v in range(places.shape[0]):
            dx, dy, dz = places[v, 0] - start[0], places[v, 1] - start[1], places[v, 2] - start[2]
            along = min(max((dx * ax + dy * ay + dz * az) / square, 0.0), 1.0)
            dx, dy, dz = dx - along * ax, dy - along * ay, dz - along * az
            length = math.sqrt(dx * dx + dy * dy + dz * dz)
            deep = radii[n] + gaps[v] - length
            if deep > 0 and length > 1e-9 and mobility[v] > 0:
                push = min(deep, MAX_PUSH) / length
                places[v, 0] += push * dx
                places[v, 1] += push * dy
                places[v, 2] += push * dz


@njit(cache=True)
@no_type_check
def follow(places, nearest, mobility, solid, ring_start, ring):
    """Downhill over the surface's neighbours: each vertex's nearest becomes one that none of its neighbours beats."""
    for v in range(places.shape[0]):
        if mobility[v] == 0:
            continue
        x, y, z, here = places[v, 0], places[v, 1], places[v, 2], nearest[v]
        best = (x - solid[here, 0]) ** 2 + (y - solid[here, 1]) ** 2 + (z - solid[here, 2]) ** 2
        moved = True
        while moved:
            moved, centre = False, here
            for e in range(ring_start[centre], ring_start[centre + 1]):
                b = ring[e]
                square = (x - solid[b, 0]) ** 2 + (y - solid[b, 1]) ** 2 + (z - solid[b, 2]) ** 2
                if square < best:
                    here, best, moved = b, square, True
        nearest[v] = here


@njit(cache=True)
@no_type_check
def touch(places, before, nearest, fabric, passage, solid, earlier, share, friction):
    """The surface pushes the cloth out along its normal and drags it along by friction."""
    normals = passage.normals
    for v in range(places.shape[0]):
        if fabric.mobility[v] == 0:
            continue
        b = nearest[v]
        dx, dy, dz = places[v, 0] - solid[b, 0], places[v, 1] - solid[b, 1], places[v, 2] - solid[b, 2]
        if dx * dx + dy * dy + dz * dz > REACH * REACH:
            continue
        nx = normals[0, b, 0] + share * (normals[1, b, 0] - normals[0, b, 0])
        ny = normals[0, b, 1] + share * (normals[1, b, 1] - normals[0, b, 1])
        nz = normals[0, b, 2] + share * (normals[1, b, 2] - normals[0, b, 2])
        length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
        nx, ny, nz = nx / length, ny / length, nz / length
        push = min(fabric.gaps[v] - (dx * nx + dy * ny + dz * nz), MAX_PUSH)
        if push <= 0:
            continue
        places[v, 0] += push * nx
        places[v, 1] += push * ny
        places[v, 2] += push * nz
        sx = places[v, 0] - before[v, 0] - (solid[b, 0] - earlier[b, 0])
        sy = places[v, 1] - before[v, 1] - (solid[b, 1] - earlier[b, 1])
        sz = places[v, 2] - before[v, 2] - (solid[b, 2] - earlier[b, 2])
        off = sx * nx + sy * ny + sz * nz
        sx, sy, sz = sx - off * nx, sy - off * ny, sz - off * nz
        slide = math.sqrt(sx * sx + sy * sy + sz * sz)
        hold = min(1.0, friction * push / (slide + 1e-12))
        places[v, 0] -= hold * sx
        places[v, 1] -= hold * sy
        places[v, 2] -= hold * sz


@njit(cache=True)
@no_type_check
def stand(places, before, floor, friction):
    """Nothing sinks through the floor, and what touches it slides with friction."""
    for v in range(places.shape[0]):
        push = floor - places[v, 1]
        if push > 0:
            sx, sz = places[v, 0] - before[v, 0], places[v, 2] - before[v, 2]
            hold = min(1.0, friction * push / (math.sqrt(sx * sx + sz * sz) + 1e-12))
            places[v, 0] -= hold * sx
            places[v, 1] = floor
            places[v, 2] -= hold * sz


@njit(cache=True)
@no_type_check
def recover(places, before, velocities, dt):
    """Velocities from the way gone, limited to MAX_SPEED."""
    for v in range(places.shape[0]):
        square = 0.0
        for k in range(3):
            velocities[v, k] = (places[v, k] - before[v, k]) / dt
            square += velocities[v, k] ** 2
        if square > MAX_SPEED * MAX_SPEED:
            slower = MAX_SPEED / math.sqrt(square)
            for k in range(3):
                velocities[v, k] *= slower
