"""Light on every Gaussian in one pass: what `lca.model.materials.relight` computes, without gradients."""

import numba
import numpy as np

from lca.kernels.runtime import kernel, part

CHUNK = 1024
"""Gaussians that a thread takes at a time."""


@part
def looked_up(table, place):
    """A table at a place between its entries, straight from one to the next; beyond its end the last one."""
    last = table.size - 1
    at = min(max(place * last, np.float32(0.0)), np.float32(last))
    first = min(np.int64(at), last - 1)
    share = at - np.float32(first)
    return table[first] + share * (table[first + 1] - table[first])


@part
def waves_at(x, y, z, kept, around, waves, out):
    """The environment (9, 3) towards a unit direction, each band times `kept`; never below 0."""
    waves[0] = np.float32(0.282095) * kept[0]
    waves[1], waves[2], waves[3] = np.float32(0.488603) * x, np.float32(0.488603) * y, np.float32(0.488603) * z
    waves[4], waves[5], waves[6] = (
        np.float32(1.092548) * x * y,
        np.float32(1.092548) * y * z,
        np.float32(1.092548) * x * z,
    )
    waves[7] = np.float32(0.315392) * (np.float32(3.0) * y * y - np.float32(1.0))
    waves[8] = np.float32(0.546274) * (z * z - x * x)
    for wave in range(1, 9):
        waves[wave] *= kept[1] if wave < 4 else kept[2]
    for channel in range(3):
        total = np.float32(0.0)
        for wave in range(9):
            total += waves[wave] * around[wave, channel]
        out[channel] = max(total, np.float32(0.0))


@kernel
def light_all(threads, posed, materials, seen, around, lamps, bounce, eye, tables, out):
    """sRGB colours (gaussians, 3) in `out`.

    `posed` are means, unit quaternions and colours; `materials` are exp(-baked), normals, transfer and gloss; `seen` (gaussians,
    lamps) how much of each lamp arrives; `around` (9, 3) the environment, its bands already times what a matte surface keeps;
    `lamps` their directions and colours; `eye` is empty if nobody looks; `tables` hold light by pixel, and pixel by the square
    root of half the light.
    """
    means, quats, colors = posed
    painted, normals, transfer, gloss = materials
    towards, strength = lamps
    to_light, to_pixel = tables
    count, one, two = len(means), np.float32(1.0), np.float32(2.0)
    for chunk in numba.prange((count + CHUNK - 1) // CHUNK):
        waves, sky, mirror = np.empty(9, np.float32), np.empty(3, np.float32), np.empty(3, np.float32)
        plain = np.ones(3, np.float32)
        for g in range(chunk * CHUNK, min((chunk + 1) * CHUNK, count)):
            w, i, j, k = quats[g, 0], quats[g, 1], quats[g, 2], quats[g, 3]
            a, b, c = normals[g, 0], normals[g, 1], normals[g, 2]
            u, v, t = j * c - k * b, k * a - i * c, i * b - j * a
            x = a + two * (w * u + j * t - k * v)
            y = b + two * (w * v + k * u - i * t)
            z = c + two * (w * t + i * v - j * u)
            waves_at(x, y, z, transfer[g], around, waves, sky)
            shine0, shine1, shine2 = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            base = gloss[g, 0]
            vx, vy, vz = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            if eye.size:
                vx, vy, vz = eye[0] - means[g, 0], eye[1] - means[g, 1], eye[2] - means[g, 2]
                length = one / max(np.sqrt(vx * vx + vy * vy + vz * vz), np.float32(1e-12))
                vx, vy, vz = vx * length, vy * length, vz * length
                facing = vx * x + vy * y + vz * z
                if facing > 0:
                    waves_at(
                        two * facing * x - vx,
                        two * facing * y - vy,
                        two * facing * z - vz,
                        plain,
                        around,
                        waves,
                        mirror,
                    )
                    shine0, shine1, shine2 = base * mirror[0], base * mirror[1], base * mirror[2]
            for lamp in range(len(towards)):
                lx, ly, lz = towards[lamp, 0], towards[lamp, 1], towards[lamp, 2]
                arriving = max(x * lx + y * ly + z * lz, np.float32(0.0)) * seen[g, lamp]
                if arriving <= 0:
                    continue
                for channel in range(3):
                    sky[channel] += arriving * strength[lamp, channel]
                if eye.size and base > 0:
                    hx, hy, hz = vx + lx, vy + ly, vz + lz
                    length = one / max(np.sqrt(hx * hx + hy * hy + hz * hz), np.float32(1e-12))
                    aligned = max((hx * x + hy * y + hz * z) * length, np.float32(1e-4))
                    grazing = max(one - (hx * vx + hy * vy + hz * vz) * length, np.float32(0.0))
                    fresnel = base + (one - base) * grazing * grazing * grazing * grazing * grazing
                    sharp = np.exp(gloss[g, 1])
                    lobe = (
                        (sharp + np.float32(8.0))
                        / np.float32(25.0)
                        * np.exp(sharp * np.log(aligned))
                        * fresnel
                        * arriving
                    )
                    shine0 += lobe * strength[lamp, 0]
                    shine1 += lobe * strength[lamp, 1]
                    shine2 += lobe * strength[lamp, 2]
            for channel in range(3):
                albedo = looked_up(to_light, colors[g, channel]) * painted[g, channel]
                gleam = shine0 if channel == 0 else shine1 if channel == 1 else shine2
                light = albedo * (sky[channel] + bounce[channel]) + gleam
                out[g, channel] = looked_up(to_pixel, np.sqrt(max(light, np.float32(0.0)) / two))
