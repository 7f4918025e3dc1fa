"""An avatar that knows its materials, without a trained head."""

from dataclasses import replace

import torch
from torch.nn import functional as F

from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.materials import Materials


def matte(avatar):
    """The same person of surfaces that give back their colour, shine a little, and face away from the body's upright axis."""
    canonical, count = avatar.canonical, len(avatar.canonical)
    outward = F.normalize(canonical.means * torch.tensor([1.0, 0.0, 1.0]) + 1e-6, dim=-1)
    normals = (quat_wxyz_to_matrix(canonical.quats_wxyz).mT @ outward[..., None])[..., 0]
    gloss = torch.tensor([0.04, 3.0]).expand(count, 2).clone()
    return replace(avatar, materials=Materials(torch.zeros(count, 3), normals, torch.ones(count, 3), gloss))
