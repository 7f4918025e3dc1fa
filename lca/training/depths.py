"""How far the pixels of photos lie behind the pelvis: what follows from the canonical points that they show and the pose."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.data.batch import PhotoBodies
from lca.geometry.skinning import skin_points
from lca.model.network import LCA
from lca.model.transport.nearest import nearest_gaussians


@torch.no_grad()
def depth_truth(
    maps: tuple[Tensor, Tensor], bodies: PhotoBodies, network: LCA
) -> Float[Tensor, "images 1 rows columns"]:
    """Metres along the camera's axis from the pelvis to what each pixel shows; 0 where that is not known.

    `maps` are canonical points (images, 3, rows, columns) and where they are known, all photos of `bodies` (one batch axis) in
    one row. A point moves as the nearest Gaussian of the bare body does: by its shape and by its joints.
    """
    points, known = maps
    depth, template, rig = torch.zeros_like(known), network.template, network.rig(bodies.betas)
    photos = bodies.theta.shape[1]
    for k in range(len(points)):
        person, photo = divmod(k, photos)
        place = known[k, 0] > 0
        canonical = points[k][:, place].T.contiguous()
        nearest = nearest_gaussians(canonical, template)[:, 0]
        betas, theta = bodies.betas[person], bodies.theta[person, photo]
        rest = canonical + template.shape_directions[nearest][..., : len(betas)] @ betas
        transforms = rig[person].transforms(theta, theta.new_zeros(4), theta.new_zeros(3))
        posed = skin_points(rest, transforms, template.skin_indices[nearest], template.skin_weights[nearest])
        pelvis = transforms[0, :3, :3] @ rig.joints[person, 0] + transforms[0, :3, 3]
        depth[k, 0, place] = (posed - pelvis) @ bodies.camera_from_world[person, photo, 2]
    return depth
