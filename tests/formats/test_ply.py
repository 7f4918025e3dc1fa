"""The .ply file read back with the independent plyfile package."""

import time

import numpy as np
import pytest
from plyfile import PlyData

from lca.errors import UserError
from lca.formats.ply import write_ply
from tests.formats.splat_sets import HALF_TURN, matrices, random_gaussians


@pytest.mark.parametrize("degree", [0, 3])
def test_round_trip(tmp_path, degree):
    gaussians = random_gaussians()
    write_ply(tmp_path / "a.ply", gaussians, degree)
    vertex = PlyData.read(tmp_path / "a.ply")["vertex"]

    def read(*names: str) -> np.ndarray:
        return np.stack([vertex[name] for name in names], -1)

    np.testing.assert_allclose(read("x", "y", "z"), gaussians.means.numpy() @ HALF_TURN, atol=1e-6)
    np.testing.assert_allclose(np.exp(read("scale_0", "scale_1", "scale_2")), gaussians.scales.numpy(), rtol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-vertex["opacity"])), gaussians.opacities.numpy(), atol=1e-5)
    colors = 0.5 + 0.28209479177387814 * read("f_dc_0", "f_dc_1", "f_dc_2")
    np.testing.assert_allclose(colors, gaussians.colors.numpy(), atol=1e-6)
    quats = read("rot_0", "rot_1", "rot_2", "rot_3")
    np.testing.assert_allclose(matrices(quats), HALF_TURN @ matrices(gaussians.quats_wxyz.numpy()), atol=1e-5)


def test_padded_file_has_the_columns_of_the_training_code_in_order(tmp_path):
    write_ply(tmp_path / "a.ply", random_gaussians(), 3)
    vertex = PlyData.read(tmp_path / "a.ply")["vertex"]
    rest = [f"f_rest_{k}" for k in range(45)]
    shape = ["opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]
    padding = ["nx", "ny", "nz", *rest]
    assert vertex.data.dtype.names == ("x", "y", "z", *padding[:3], "f_dc_0", "f_dc_1", "f_dc_2", *rest, *shape)
    assert not any(vertex[name].any() for name in padding)


def test_opaque_and_clear_stay_finite(tmp_path):
    gaussians = random_gaussians(2)
    gaussians.opacities[0], gaussians.opacities[1] = 0.0, 1.0
    write_ply(tmp_path / "a.ply", gaussians)
    assert np.isfinite(PlyData.read(tmp_path / "a.ply")["vertex"]["opacity"]).all()


def test_twenty_thousand_are_quick(tmp_path):
    gaussians = random_gaussians(20_000)

    def seconds():
        start = time.process_time()
        write_ply(tmp_path / "a.ply", gaussians, 3)
        return time.process_time() - start

    assert min(seconds() for _ in range(3)) < 0.2


def test_other_degrees_are_refused(tmp_path):
    with pytest.raises(UserError, match="degree 0 or 3, got 2"):
        write_ply(tmp_path / "a.ply", random_gaussians(), 2)
    assert list(tmp_path.iterdir()) == []
