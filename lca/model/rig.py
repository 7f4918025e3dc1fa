"""One drive for all: canonical Gaussians + H_pose(T_gs, theta, eps, psi), then linear blend skinning.

Differentiable in everything, batched over people (or frames of one person); training, avatars, films and fits call it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.skinning import full_pose, joint_transforms, skin, skin_gaussians
from lca.model.driver import PoseBranch, Prepared


@dataclass(frozen=True)
class Signals:
    """What drives people: pose, face code, gaze, and where they are; radians and metres."""

    theta: Float[Tensor, "*batch 156"]
    eps: Float[Tensor, "*batch 128"]
    psi: Float[Tensor, "*batch 4"]
    translation: Float[Tensor, "*batch 3"]

    def __len__(self) -> int:
        """Number of frames or people."""
        return len(self.theta)

    def __getitem__(self, index) -> "Signals":
        """Index the leading axes."""
        return self.map(lambda x: x[index])

    def map(self, function: Callable[[Tensor], Tensor]) -> "Signals":
        """Apply `function` to each tensor."""
        return Signals(*(function(getattr(self, field.name)) for field in fields(self)))


@dataclass(frozen=True)
class Rig:
    """The skeleton of one or more people in rest pose and the skinning of their Gaussians.

    `skin_indices` and `skin_weights` belong to all people of a batch, or have a batch axis of their own: loose garments give
    each person other weights.
    """

    joints: Float[Tensor, "*batch 55 3"]
    parents: tuple[int, ...]
    skin_indices: Int[Tensor, "*people gaussians influences"]
    skin_weights: Float[Tensor, "*people gaussians influences"]

    @property
    def leading(self) -> Int[Tensor, "*people gaussians"]:
        """The joint that carries most of each Gaussian."""
        return self.skin_indices.gather(-1, self.skin_weights.argmax(-1, keepdim=True))[..., 0]

    @property
    def dense(self) -> Float[Tensor, "gaussians joints"]:
        """The weight of every joint on every Gaussian of one person."""
        weights = self.skin_weights.new_zeros(len(self.skin_weights), self.joints.shape[-2])
        return weights.scatter_add(1, self.skin_indices.long(), self.skin_weights)

    def of(self, chosen: Int[Tensor, "chosen"]) -> "Rig":
        """The rig of some Gaussians, in this order; of one person, or of people who share the skinning."""
        return replace(self, skin_indices=self.skin_indices[chosen], skin_weights=self.skin_weights[chosen])

    def __getitem__(self, index) -> "Rig":
        """Index the leading batch axes of the joints, and of the skinning where it has them."""
        return self.map(lambda x: x[index])

    def map(self, function: Callable[[Tensor], Tensor]) -> "Rig":
        """Apply `function` to each tensor that has an axis of people."""
        skinning = (self.skin_indices, self.skin_weights)
        skinning = tuple(x if x.ndim == 2 else function(x) for x in skinning)
        return Rig(function(self.joints), self.parents, *skinning)

    def transforms(
        self,
        theta: Float[Tensor, "*#batch 156"],
        psi: Float[Tensor, "*#batch 4"],
        translation: Float[Tensor, "*#batch 3"],
    ) -> Float[Tensor, "*batch 55 4 4"]:
        """`posed_from_rest` of every joint."""
        return joint_transforms(full_pose(theta, psi), self.joints, self.parents, translation)

    def posed_joints(
        self,
        theta: Float[Tensor, "*#batch 156"],
        psi: Float[Tensor, "*#batch 4"],
        translation: Float[Tensor, "*#batch 3"],
    ) -> Float[Tensor, "*batch 55 3"]:
        """Where the joints are in the world, metres."""
        return skin(self.joints, self.transforms(theta, psi, translation)[..., :3, :])

    def pose(self, gaussians: Gaussians, signals: Signals) -> Gaussians:
        """Linear blend skinning of canonical or driven Gaussians (batch axes as in `joints`)."""
        transforms = self.transforms(signals.theta, signals.psi, signals.translation)
        return skin_gaussians(gaussians, transforms, self.skin_indices, self.skin_weights)


def drive(canonical: Gaussians, branch: PoseBranch, prepared: Prepared, rig: Rig, signals: Signals) -> Gaussians:
    """Posed Gaussians, ready to be rendered; one person a row."""
    correction = branch(prepared, signals.theta, signals.eps, signals.psi)
    return rig.pose(correction.apply(canonical), signals)
