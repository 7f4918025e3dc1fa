"""The solver of `lca.world.cloth.xpbd` again, as slow vector algebra: what the kernels are compared with."""

from itertools import combinations

import numpy as np

from lca.world.body.scene import vertex_normals
from lca.world.cloth.layers import PUSH
from lca.world.cloth.xpbd import MAX_PUSH, MAX_SPEED, REACH, Fabric, Passage, Physics


def advance(places, velocities, fabric: Fabric, passage: Passage, physics: Physics):
    """One frame -> new places and velocities; the nearest vertex of the surface is searched among all of them."""
    x, v, free = places.copy(), velocities.copy(), fabric.mobility > 0
    w, dt = fabric.mobility, physics.seconds / physics.substeps
    old_solid, across = passage.solid[0], vertex_normals(places, fabric.faces)
    joined = {frozenset(link) for link in fabric.links.tolist()}
    strangers = [pair for pair in combinations(range(len(x)), 2) if frozenset(pair) not in joined]
    for step in range(physics.substeps):
        s = (step + 1) / physics.substeps
        solid, held, limbs = ((1 - s) * a[0] + s * a[1] for a in (passage.solid, passage.held, passage.limbs))
        normals = (1 - s) * passage.normals[0] + s * passage.normals[1]
        before = x.copy()
        v[free, 1] -= physics.gravity * dt
        speed = (v * across).sum(1, keepdims=True)
        v += (speed / (1 + physics.air * np.abs(speed) * dt) - speed) * across
        v /= 1 + physics.drag * dt
        x[free] += dt * v[free]
        x[~free] = held[~free]
        for (a, b, c), compliance in zip(fabric.threads, fabric.thread_compliance, strict=True):
            gradient, d = {a: 1, b: -2, c: 1}, physics.damping * dt
            bend, was = (sum(k * y[i] for i, k in gradient.items()) for y in (x, before))
            solve(x, w, bend, 0.0, gradient, compliance / dt**2)
            solve(x, w, (bend - was) * d / (1 + d), 0.0, gradient, 0.0)
        for (a, b), rest, compliance in zip(fabric.links, fabric.lengths, fabric.link_compliance, strict=True):
            solve(x, w, x[a] - x[b], rest, {a: 1, b: -1}, compliance / dt**2)
        for a, b in strangers:
            apart, wanted = x[a] - x[b], (fabric.width[a] + fabric.width[b]) / 2
            if np.linalg.norm(apart) < wanted:
                rest = min(wanted, np.linalg.norm(apart) + PUSH)
                solve(x, w, apart, rest, {a: 1, b: -1}, 0.0)
        for i in np.flatnonzero(free):
            for limb, radius in zip(limbs, passage.radii, strict=True):
                x[i] += out_of_capsule(x[i], limb[:3], limb[3:], radius + fabric.gaps[i])
            x[i] = out_of_surface(x[i], before[i], solid, old_solid, normals, fabric.gaps[i], physics.friction)
        x = onto_floor(x, before, physics)
        v = (x - before) / dt
        speed = np.linalg.norm(v, axis=1, keepdims=True)
        v *= np.minimum(1, MAX_SPEED / np.maximum(speed, 1e-12))
        old_solid = solid
    return x, v


def solve(x, w, vector, rest, gradient, compliance):
    """One XPBD step of C = |vector| - rest, whose gradient at vertex i is gradient[i] times the vector's direction."""
    length = np.linalg.norm(vector)
    total = sum(w[i] * k * k for i, k in gradient.items()) + compliance
    if length > 1e-12 and total > 0:
        multiplier = -(length - rest) / total
        for i, k in gradient.items():
            x[i] += w[i] * multiplier * k * vector / length


def out_of_capsule(p, start, end, radius):
    """The push away from the axis."""
    axis = end - start
    off = p - start - np.clip((p - start) @ axis / (axis @ axis + 1e-12), 0, 1) * axis
    deep = radius - np.linalg.norm(off)
    return min(max(deep, 0), MAX_PUSH) * off / np.linalg.norm(off)


def out_of_surface(p, before, solid, old_solid, normals, gap, friction):
    """The place after contact with the tangent plane of the nearest vertex."""
    b = np.linalg.norm(solid - p, axis=1).argmin()
    n = normals[b] / np.linalg.norm(normals[b])
    push = min(gap - (p - solid[b]) @ n, MAX_PUSH)
    if np.linalg.norm(solid[b] - p) > REACH or push <= 0:
        return p
    p = p + push * n
    slip = p - before - (solid[b] - old_solid[b])
    slip = slip - (slip @ n) * n
    return p - min(1, friction * push / (np.linalg.norm(slip) + 1e-12)) * slip


def onto_floor(x, before, physics):
    """The places after contact with the floor."""
    push = np.maximum(physics.floor - x[:, 1], 0)[:, None]
    slip = (x - before) * [1, 0, 1]
    hold = np.minimum(1, physics.friction * push / (np.linalg.norm(slip, axis=1, keepdims=True) + 1e-12))
    return x + push * [0, 1, 0] - (push > 0) * hold * slip
