"""The .ply file read back with the independent plyfile package."""

import numpy as np
import pytest
import torch
from plyfile import PlyData

from lca.errors import UserError
from lca.formats.ply import write_ply
from lca.geometry.gaussians import Gaussians


def _gaussians(count: int = 50) -> Gaussians:
    return Gaussians(
        torch.randn(count, 3),
        torch.randn(count, 4),
        torch.rand(count, 3) * 0.1 + 1e-3,
        torch.rand(count),
        torch.rand(count, 3),
    )


def _matrix(quats_wxyz: np.ndarray) -> np.ndarray:
    """Rotation matrices by scipy, which wants x y z w."""
    from scipy.spatial.transform import Rotation

    return Rotation.from_quat(quats_wxyz[:, [1, 2, 3, 0]]).as_matrix()


def test_round_trip(tmp_path):
    gaussians = _gaussians()
    write_ply(tmp_path / "a.ply", gaussians)
    vertex = PlyData.read(tmp_path / "a.ply")["vertex"]

    def read(*names: str) -> np.ndarray:
        return np.stack([vertex[name] for name in names], -1)

    turn = np.diag([1.0, -1.0, -1.0])
    np.testing.assert_allclose(read("x", "y", "z"), gaussians.means.numpy() @ turn, atol=1e-6)
    np.testing.assert_allclose(np.exp(read("scale_0", "scale_1", "scale_2")), gaussians.scales.numpy(), rtol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-vertex["opacity"])), gaussians.opacities.numpy(), atol=1e-5)
    colors = 0.5 + 0.28209479177387814 * read("f_dc_0", "f_dc_1", "f_dc_2")
    np.testing.assert_allclose(colors, gaussians.colors.numpy(), atol=1e-6)
    quats = read("rot_0", "rot_1", "rot_2", "rot_3")
    np.testing.assert_allclose(_matrix(quats), turn @ _matrix(gaussians.quats_wxyz.numpy()), atol=1e-5)


def test_opaque_and_clear_stay_finite(tmp_path):
    gaussians = _gaussians(2)
    gaussians.opacities.copy_(torch.tensor([0.0, 1.0]))
    write_ply(tmp_path / "a.ply", gaussians)
    assert np.isfinite(PlyData.read(tmp_path / "a.ply")["vertex"]["opacity"]).all()


def test_a_batch_is_refused(tmp_path):
    gaussians = _gaussians().map(lambda x: x[None])
    with pytest.raises(UserError, match="expected one set of Gaussians"):
        write_ply(tmp_path / "a.ply", gaussians)
    assert list(tmp_path.iterdir()) == []
