"""Light on every Gaussian in one pass: what `lca.model.materials.relight` computes, without gradients."""

import numba
import numpy as np

from lca.kernels.runtime import kernel, part

CHUNK = 1024
"""Gaussians that a thread takes at a time."""


@part
def looked_up(table, place):
    """A table at a place between its entries, straight from one to the next; beyond its end the last one, which it has twice.
    At NaN it is NaN: a whole number made of that is any, and is kept in the table."""
    last = np.int32(table.size) - np.int32(2)
    at = min(max(place * np.float32(last), np.float32(0.0)), np.float32(last))
    whole = min(max(np.int32(at), np.int32(0)), last)
    first = np.uint32(whole)
    return table[first] + (at - np.float32(whole)) * (table[first + np.uint32(1)] - table[first])


@part
def summed(waves, around, channel):
    """Nine harmonics times what the environment has of each."""
    first = waves[0] * around[0, channel] + waves[1] * around[1, channel] + waves[2] * around[2, channel]
    second = waves[3] * around[3, channel] + waves[4] * around[4, channel] + waves[5] * around[5, channel]
    third = waves[6] * around[6, channel] + waves[7] * around[7, channel] + waves[8] * around[8, channel]
    return max(first + second + third, np.float32(0.0))


@part
def sky_at(x, y, z, flat, tilted, curved, around):
    """The environment (9, 3) towards a unit direction, its three bands times so much; never below 0."""
    tilted, steep = np.float32(0.488603) * tilted, np.float32(1.092548) * curved
    waves = (
        np.float32(0.282095) * flat,
        tilted * x,
        tilted * y,
        tilted * z,
        steep * x * y,
        steep * y * z,
        steep * x * z,
        np.float32(0.315392) * curved * (np.float32(3.0) * y * y - np.float32(1.0)),
        np.float32(0.546274) * curved * (z * z - x * x),
    )
    return summed(waves, around, 0), summed(waves, around, 1), summed(waves, around, 2)


@part
def unit_length(x, y, z):
    """One over a vector's length."""
    return np.float32(1.0) / max(np.sqrt(x * x + y * y + z * z), np.float32(1e-12))


@part
def turned(quats, g, a, b, c):
    """A vector turned by a quaternion of any length (w, i, j, k)."""
    w, i, j, k = quats[g, 0], quats[g, 1], quats[g, 2], quats[g, 3]
    twice = np.float32(2.0) / max(w * w + i * i + j * j + k * k, np.float32(1e-24))
    u, v, t = j * c - k * b, k * a - i * c, i * b - j * a
    return a + twice * (w * u + j * t - k * v), b + twice * (w * v + k * u - i * t), c + twice * (w * t + i * v - j * u)


@part
def highlight(normal, view, towards, base, sharp):
    """Blinn-Phong with Schlick's Fresnel: what a lamp of 1 that arrives whole adds."""
    x, y, z = normal[0], normal[1], normal[2]
    one = np.float32(1.0)
    hx, hy, hz = view[0] + towards[0], view[1] + towards[1], view[2] + towards[2]
    length = unit_length(hx, hy, hz)
    aligned = max((hx * x + hy * y + hz * z) * length, np.float32(1e-4))
    grazing = max(one - (hx * view[0] + hy * view[1] + hz * view[2]) * length, np.float32(0.0))
    fresnel = base + (one - base) * grazing * grazing * grazing * grazing * grazing
    return (sharp + np.float32(8.0)) / np.float32(25.0) * np.exp(sharp * np.log(aligned)) * fresnel


@part
def shown(pixel, painted, light, gleam, to_light, to_pixel):
    """One channel of a pixel in the light that reaches it, and with what it mirrors."""
    lit = looked_up(to_light, pixel) * painted * light + gleam
    return looked_up(to_pixel, np.sqrt(max(lit, np.float32(0.0)) / np.float32(2.0)))


@kernel
def light_all(threads, posed, materials, seen, around, lamps, bounce, eye, tables, out):
    """sRGB colours (gaussians, 3) in `out`.

    `posed` are means, quaternions and colours; `materials` are exp(-baked), normals, transfer and gloss, its second column no
    logarithm any more; `seen` (gaussians, lamps) how much of each lamp arrives; `around` (9, 3) the environment, its bands
    already times what a matte surface keeps; `lamps` their directions and colours; `eye` is empty if nobody looks; `tables` hold
    light by pixel, and pixel by the square root of half the light.
    """
    means, quats, colors = posed
    painted, normals, transfer, gloss = materials
    directions, strength = lamps
    to_light, to_pixel = tables
    count, zero, one, two = len(means), np.float32(0.0), np.float32(1.0), np.float32(2.0)
    for chunk in numba.prange((count + CHUNK - 1) // CHUNK):
        for g in range(chunk * CHUNK, min((chunk + 1) * CHUNK, count)):
            x, y, z = turned(quats, g, normals[g, 0], normals[g, 1], normals[g, 2])
            red, green, blue = sky_at(x, y, z, transfer[g, 0], transfer[g, 1], transfer[g, 2], around)
            red, green, blue = red + bounce[0], green + bounce[1], blue + bounce[2]
            gleam0, gleam1, gleam2, vx, vy, vz = zero, zero, zero, zero, zero, zero
            base = gloss[g, 0] if eye.size else zero
            if eye.size:
                vx, vy, vz = eye[0] - means[g, 0], eye[1] - means[g, 1], eye[2] - means[g, 2]
                length = unit_length(vx, vy, vz)
                vx, vy, vz = vx * length, vy * length, vz * length
                facing = vx * x + vy * y + vz * z
                if facing > 0:
                    twice = two * facing
                    mirror = sky_at(twice * x - vx, twice * y - vy, twice * z - vz, one, one, one, around)
                    gleam0, gleam1, gleam2 = base * mirror[0], base * mirror[1], base * mirror[2]
            for lamp in range(len(directions)):
                towards = directions[lamp, 0], directions[lamp, 1], directions[lamp, 2]
                arriving = max(x * towards[0] + y * towards[1] + z * towards[2], zero) * seen[g, lamp]
                if arriving <= 0:
                    continue
                red += arriving * strength[lamp, 0]
                green += arriving * strength[lamp, 1]
                blue += arriving * strength[lamp, 2]
                if base > 0:
                    lobe = arriving * highlight((x, y, z), (vx, vy, vz), towards, base, gloss[g, 1])
                    gleam0 += lobe * strength[lamp, 0]
                    gleam1 += lobe * strength[lamp, 1]
                    gleam2 += lobe * strength[lamp, 2]
            out[g, 0] = shown(colors[g, 0], painted[g, 0], red, gleam0, to_light, to_pixel)
            out[g, 1] = shown(colors[g, 1], painted[g, 1], green, gleam1, to_light, to_pixel)
            out[g, 2] = shown(colors[g, 2], painted[g, 2], blue, gleam2, to_light, to_pixel)
