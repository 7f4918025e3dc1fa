"""Parts of kernels: sixteen blended matrices -> the quaternions of their nearest rotations, and the gradient back.

The same steps as `nearest_rotation` and `matrix_to_quat_wxyz` take in torch. A matrix is nine lanes, row by row.
With P = M^-T, one Newton step is N = (M + P) / 2, and since dP = -P dM^T P its gradient is
dL/dM = (G - P G^T P) / 2, G = dL/dN. A rotation R has the symmetric matrix K (4 x 4) whose rows are all
multiples of its quaternion: the row with the largest diagonal is taken, and normalised.
"""

import numpy as np

from lca.kernels.lanes import root, select
from lca.kernels.runtime import part

F0, F1, HALF = np.float32(0.0), np.float32(1.0), np.float32(0.5)


@part
def inverse_transposed(m):
    """M^-T: cofactors over the determinant."""
    a, b, c, d, e, f, g, h, i = m
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    inverse = F1 / (a * first + b * second + c * third)
    return (
        first * inverse, second * inverse, third * inverse,
        (c * h - b * i) * inverse, (a * i - c * g) * inverse, (b * g - a * h) * inverse,
        (b * f - c * e) * inverse, (c * d - a * f) * inverse, (a * e - b * d) * inverse,
    )  # fmt: skip


@part
def halfway(m, p):
    """(M + P) / 2."""
    return (
        (m[0] + p[0]) * HALF, (m[1] + p[1]) * HALF, (m[2] + p[2]) * HALF,
        (m[3] + p[3]) * HALF, (m[4] + p[4]) * HALF, (m[5] + p[5]) * HALF,
        (m[6] + p[6]) * HALF, (m[7] + p[7]) * HALF, (m[8] + p[8]) * HALF,
    )  # fmt: skip


@part
def times(m, n):
    """Matrix product."""
    a, b, c, d, e, f, g, h, i = n
    return (
        m[0] * a + m[1] * d + m[2] * g, m[0] * b + m[1] * e + m[2] * h, m[0] * c + m[1] * f + m[2] * i,
        m[3] * a + m[4] * d + m[5] * g, m[3] * b + m[4] * e + m[5] * h, m[3] * c + m[4] * f + m[5] * i,
        m[6] * a + m[7] * d + m[8] * g, m[6] * b + m[7] * e + m[8] * h, m[6] * c + m[7] * f + m[8] * i,
    )  # fmt: skip


@part
def newton_gradient(of, p):
    """(G - P G^T P) / 2."""
    u = times(times(p, (of[0], of[3], of[6], of[1], of[4], of[7], of[2], of[5], of[8])), p)
    return (
        (of[0] - u[0]) * HALF, (of[1] - u[1]) * HALF, (of[2] - u[2]) * HALF,
        (of[3] - u[3]) * HALF, (of[4] - u[4]) * HALF, (of[5] - u[5]) * HALF,
        (of[6] - u[6]) * HALF, (of[7] - u[7]) * HALF, (of[8] - u[8]) * HALF,
    )  # fmt: skip


@part
def larger(a, b):
    """The larger of each pair of lanes."""
    return select(a > b, a, b)


@part
def chosen_rows(w, x, y, z):
    """Four lanes, one of them 1 and the others 0: which row of K has the largest diagonal."""
    is_w = select(w >= larger(larger(x, y), z), F1, F0)
    is_z = select(z > larger(x, y), F1 - is_w, F0)
    left = F1 - is_w - is_z
    is_y = select(y > x, left, F0)
    return is_w, left - is_y, is_y, is_z


@part
def quat_of(r):
    """Unit quaternion (w >= 0) of a rotation; and, for the gradient, which row made it and its signed inverse length."""
    a, b, c, d, e, f, g, h, i = r
    w, x, y, z = F1 + a + e + i, F1 + a - e - i, F1 - a + e - i, F1 - a - e + i
    chosen = chosen_rows(w, x, y, z)
    is_w, is_x, is_y, is_z = chosen
    wx, wy, wz, xy, xz, yz = h - f, c - g, d - b, b + d, c + g, f + h
    w, x, y, z = (
        is_w * w + is_x * wx + is_y * wy + is_z * wz,
        is_w * wx + is_x * x + is_y * xy + is_z * xz,
        is_w * wy + is_x * xy + is_y * y + is_z * yz,
        is_w * wz + is_x * xz + is_y * yz + is_z * z,
    )
    inverse = F1 / root(w * w + x * x + y * y + z * z)
    inverse = select(w < F0, F0 - inverse, inverse)
    return (w * inverse, x * inverse, y * inverse, z * inverse), chosen, inverse


@part
def quat_gradient(of, quat, chosen, inverse):
    """dL/dR from the gradient of its quaternion."""
    is_w, is_x, is_y, is_z = chosen
    along = of[0] * quat[0] + of[1] * quat[1] + of[2] * quat[2] + of[3] * quat[3]
    w, x, y, z = (
        (of[0] - along * quat[0]) * inverse, (of[1] - along * quat[1]) * inverse,
        (of[2] - along * quat[2]) * inverse, (of[3] - along * quat[3]) * inverse,
    )  # fmt: skip
    wx, wy, wz = is_w * x + is_x * w, is_w * y + is_y * w, is_w * z + is_z * w
    xy, xz, yz = is_x * y + is_y * x, is_x * z + is_z * x, is_y * z + is_z * y
    w, x, y, z = is_w * w, is_x * x, is_y * y, is_z * z
    return (
        w + x - y - z, xy - wz, xz + wy,
        xy + wz, w - x + y - z, yz - wx,
        xz - wy, yz + wx, w - x - y + z,
    )  # fmt: skip


@part
def product(a, b):
    """Hamilton product a b of quaternions."""
    return (
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    )


@part
def conjugate(q):
    """The opposite turn of a unit quaternion; multiplying by it carries gradients back through a product."""
    return q[0], F0 - q[1], F0 - q[2], F0 - q[3]
