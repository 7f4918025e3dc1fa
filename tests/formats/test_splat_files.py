"""What .splat and .spz hold, read back by readers written from the formats' descriptions; what no splat file takes."""

import gzip
import struct

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats.gltf import write_glb
from lca.formats.ply import write_ply
from lca.formats.splat_file import write_splat
from lca.formats.spz import write_spz
from tests.formats.splat_sets import HALF_TURN, degrees_between, matrices, random_gaussians


def test_splat_round_trip(tmp_path):
    gaussians = random_gaussians(200)
    write_splat(tmp_path / "a.splat", gaussians)
    rows = np.frombuffer((tmp_path / "a.splat").read_bytes(), np.uint8).reshape(200, 32)
    floats = rows[:, :24].copy().view("<f4")
    np.testing.assert_array_equal(floats[:, :3], gaussians.means.numpy() @ HALF_TURN.astype(np.float32))
    np.testing.assert_array_equal(floats[:, 3:], gaussians.scales.numpy())
    shown = torch.cat([gaussians.colors, gaussians.opacities[:, None]], -1).numpy()
    np.testing.assert_allclose(rows[:, 24:28] / 255, shown, atol=0.5 / 255 + 1e-6)
    turned = HALF_TURN @ matrices(gaussians.quats_wxyz.numpy())
    assert degrees_between(matrices((rows[:, 28:] - 128.0) / 128), turned).max() < 1


def read_spz(data: bytes) -> dict[str, np.ndarray]:
    """Version 3 as its description has it, one Gaussian and one bit field at a time."""
    raw = gzip.decompress(data)
    magic, version, count = struct.unpack_from("<III", raw)
    degree, fraction_bits, flags, reserved = raw[12:16]
    assert (magic, version, degree, flags, reserved) == (0x5053474E, 3, 0, 0, 0)
    assert len(raw) == 16 + 20 * count
    ends = 16 + count * np.cumsum([0, 9, 1, 3, 3, 4])
    places, alphas, colours, scales, rotations = (raw[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True))
    fixed = [int.from_bytes(places[k : k + 3], "little", signed=True) for k in range(0, 9 * count, 3)]
    quats = []
    for (bits,) in struct.iter_unpack("<I", rotations):
        largest, xyzw = bits >> 30, [0.0] * 4
        for component in (k for k in (3, 2, 1, 0) if k != largest):
            xyzw[component] = (bits & 511) / 511 * 0.5**0.5 * (-1 if bits & 512 else 1)
            bits >>= 10
        xyzw[largest] = max(0.0, 1 - sum(q * q for q in xyzw)) ** 0.5
        quats.append(xyzw[3:] + xyzw[:3])
    return {
        "means": np.array(fixed).reshape(-1, 3) / 2**fraction_bits,
        "opacities": np.array(list(alphas)) / 255,
        "f_dc": (np.array(list(colours)).reshape(-1, 3) / 255 - 0.5) / 0.15,
        "log_scales": np.array(list(scales)).reshape(-1, 3) / 16 - 10,
        "quats_wxyz": np.array(quats),
    }


def test_spz_round_trip(tmp_path):
    gaussians = random_gaussians(200)
    gaussians.quats_wxyz[:4] = -torch.eye(4)  # the largest component last, first and negative
    write_spz(tmp_path / "a.spz", gaussians)
    read = read_spz((tmp_path / "a.spz").read_bytes())
    np.testing.assert_allclose(read["means"], gaussians.means.numpy(), atol=0.5 / 2**14 + 1e-7)
    held = gaussians.opacities.numpy().clip(1 / 255, 254 / 255)
    np.testing.assert_allclose(read["opacities"], held, atol=0.5 / 255 + 1e-6)
    np.testing.assert_allclose(0.5 + 0.28209479 * read["f_dc"], gaussians.colors.numpy(), atol=0.004)
    np.testing.assert_allclose(read["log_scales"], gaussians.scales.log().numpy(), atol=1 / 32 + 1e-5)
    assert degrees_between(matrices(read["quats_wxyz"]), matrices(gaussians.quats_wxyz.numpy())).max() < 0.25


def test_spz_opacities_have_finite_logits(tmp_path):
    gaussians = random_gaussians(200)
    gaussians.opacities[:2] = torch.tensor([0.0, 1.0])
    write_spz(tmp_path / "a.spz", gaussians)
    opacities = read_spz((tmp_path / "a.spz").read_bytes())["opacities"][:2]
    assert np.isfinite(np.log(opacities / (1 - opacities))).all()
    np.testing.assert_allclose(opacities, [0, 1], atol=0.005)


def test_spz_is_the_same_for_the_same_avatar(tmp_path):
    gaussians = random_gaussians()
    for name in "ab":
        write_spz(tmp_path / name, gaussians)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("write", [write_ply, write_splat, write_spz, write_glb])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda g: g.map(lambda x: x[None]), "expected one set of Gaussians"),
        (lambda g: g.map(lambda x: x.clone().fill_(torch.nan)), "finite numbers, got NaN"),
    ],
)
def test_what_is_no_set_of_splats_is_refused(tmp_path, write, spoil, message):
    with pytest.raises(UserError, match=message):
        write(tmp_path / "a", spoil(random_gaussians()))
    assert list(tmp_path.iterdir()) == []


def test_spz_refuses_what_its_places_cannot_hold(tmp_path):
    gaussians = random_gaussians()
    gaussians.means[3, 1] = -600.0
    with pytest.raises(UserError, match="within 512 m of the origin, got one at 600 m"):
        write_spz(tmp_path / "a.spz", gaussians)
