"""What the solver found, how sure it is in words, and how far that is from the truth where the truth is known."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import BODY_SIZE
from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera
from lca.geometry.skinning import full_pose, joint_transforms, skin, skin_points_plain
from lca.model.template import Template

BODY_JOINTS = 22


@dataclass(frozen=True)
class Solution:
    """Pose and place of one person in each photo, one shape.

    Convention: every photo is a camera of its own that stands at the origin (`camera_from_world` is the identity, OpenCV axes: x
    right, y down, z forward), and the person is posed in front of it. So theta's first three numbers turn the rest pose into the
    camera's axes, and an upright person who faces the camera is turned by pi about x. Radians, metres, pixels of the photo.
    """

    theta: Float[Tensor, "photos 156"]
    translation: Float[Tensor, "photos 3"]
    betas: Float[Tensor, " shape"]
    intrinsics: Float[Tensor, "photos 3 3"]
    size: Float[Tensor, "photos 2"]
    """Width and height of each photo."""
    actions: Float[Tensor, "photos 52"]
    """As observed; zeros where nothing was."""
    psi: Float[Tensor, "photos 4"]
    residual: Float[Tensor, "photos"]
    """Pixels of the photo: median distance of what pixels show from where the body has it; NaN where nothing was solved."""
    confidence: tuple[str, ...]
    """In words: "good", "fair: ..." or "failed: ..." with the reason."""
    disputed: tuple[int, ...] = ()
    """Photos in which landmarks lie far from the solved body, and were not believed."""

    def __len__(self) -> int:
        """Number of photos."""
        return len(self.theta)

    def camera(self, photo: int) -> Camera:
        """The camera of one photo."""
        width, height = (int(side) for side in self.size[photo])
        return Camera(torch.eye(4), self.intrinsics[photo], width, height)

    @property
    def solved(self) -> tuple[bool, ...]:
        """Which photos may be used."""
        return tuple(not words.startswith("failed") for words in self.confidence)


@dataclass(frozen=True)
class PoseTruth:
    """What is true of the same photos: poses in the world and the cameras that took them."""

    theta: Float[Tensor, "photos 156"]
    translation: Float[Tensor, "photos 3"]
    betas: Float[Tensor, " shape"]
    camera: Camera
    body_box: Float[Tensor, "photos 4"]


@dataclass(frozen=True)
class SolverError:
    """Distances per photo: in pixels of a body crop of 256, over all Gaussians (`mean`, `median`), over those whose true place
    is inside the photo, and over 22 joints; and in centimetres over all Gaussians with pelvises laid upon each other."""

    mean: Float[Tensor, "photos"]
    median: Float[Tensor, "photos"]
    inside: Float[Tensor, "photos"]
    joints: Float[Tensor, "photos"]
    centimetres: Float[Tensor, "photos"]


def solver_error(solution: Solution, truth: PoseTruth, template: Template) -> SolverError:
    """How far the solved bodies are from the true ones, in the picture and in the frame of the camera."""
    rows = []
    for k in range(len(solution)):
        found, joints = placed_body(template, solution.betas, solution.theta[k], solution.translation[k])
        true, true_joints = placed_body(template, truth.betas, truth.theta[k], truth.translation[k])
        view = truth.camera.camera_from_world[k].double()
        true, true_joints = (x @ view[:3, :3].T + view[:3, 3] for x in (true, true_joints))
        box = truth.body_box[k]
        scale = BODY_SIZE / float(box[2] - box[0])
        pixels = _pixels(true, truth.camera.intrinsics[k])
        off = (_pixels(found, solution.intrinsics[k]) - pixels).norm(dim=-1) * scale
        off_joints = _pixels(joints, solution.intrinsics[k]) - _pixels(true_joints, truth.camera.intrinsics[k])
        inside = ((pixels > 0) & (pixels < solution.size[k])).all(-1)
        apart = ((found - joints[0]) - (true - true_joints[0])).norm(dim=-1).mean() * 100
        near = off_joints[:BODY_JOINTS].norm(dim=-1).mean() * scale
        rows.append(torch.stack([off.mean(), off.median(), off[inside].mean(), near, apart]))
    return SolverError(*torch.stack(rows, -1).float())


def placed_body(
    template: Template, betas: Tensor, theta: Tensor, translation: Tensor
) -> tuple[Float[Tensor, "gaussians 3"], Float[Tensor, "55 3"]]:
    """Gaussians and joints of a bare body of this shape in this pose, metres, in the frame that theta and translation are in."""
    body = load_body()
    betas = betas.double()
    rest = template.points.double() + template.shape_directions[..., : len(betas)].double() @ betas
    joints = body.joint_template.double() + body.joint_shape_directions[..., : len(betas)].double() @ betas
    transforms = joint_transforms(full_pose(theta.double()), joints, body.parents, translation.double())
    points = skin_points_plain(rest, transforms, template.skin_indices, template.skin_weights.double())
    return points, skin(joints, transforms[..., :3, :])


def _pixels(points: Tensor, intrinsics: Tensor) -> Tensor:
    image = points @ intrinsics.double().T
    return image[..., :2] / image[..., 2:]
