"""What photos say of an avatar's face: how far its landmarks are from where each photo has them."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.camera import Camera
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.avatar import Avatar
from lca.model.driver import Correction
from lca.model.rig import Signals
from lca.model.template import Template
from lca.tracking.body_points import HEAD
from lca.tracking.face_points import FacePoints, load_face_points
from lca.training.refining.landmarks import NEAREST, NOISE, missed

STRAY = 0.3
"""Share of a landmark's stray over all people that it strays on one."""
SLANT = 0.2
"""Cosine between normal and view under which a landmark is guessed, not seen."""


@dataclass(frozen=True)
class SeenLandmarks:
    """Landmarks of one photo: how far `off` the avatar's they are (metres, x and y of the picture), the directions `across` the
    line of sight in the head's rest frame, and the `weight` of each landmark (1 / metres^2)."""

    off: Float[Tensor, "points 2"]
    across: Float[Tensor, "2 3"]
    weight: Float[Tensor, "points"]


@dataclass(frozen=True)
class Sitting:
    """Photos that show a face: drives, cameras and landmarks (pixels); which Gaussians stand for a landmark (`nearest`), which
    way it faces at rest (`normal`), and what the drives correct of those Gaussians, which is the same wherever they are."""

    points: FacePoints
    signals: Signals
    cameras: Sequence[Camera]
    faces: Sequence[Float[Tensor, "478 2"]]
    nearest: Int[Tensor, "points nearest"]
    normal: Float[Tensor, "points 3"]
    corrections: Correction

    @classmethod
    def of(
        cls,
        avatar: Avatar,
        template: Template,
        signals: Signals,
        cameras: Sequence[Camera],
        faces: Sequence[Float[Tensor, "478 2"]],
    ) -> "Sitting":
        """One drive, camera and set of landmarks for each photo."""
        points = load_face_points()
        nearest = template.nearest(points.canonical, NEAREST)
        normal = quat_wxyz_to_matrix(template.frames[nearest[:, 0]])[..., 2]
        corrections = avatar.correction(signals)[:, nearest.flatten()]
        return cls(points, signals, cameras, faces, nearest, normal, corrections)

    def seen(self, avatar: Avatar) -> list[SeenLandmarks]:
        """What each photo says of the face as it is now."""
        return [self._seen(avatar, photo) for photo in range(len(self.faces))]

    def _seen(self, avatar: Avatar, photo: int) -> SeenLandmarks:
        drive, camera, chosen = self.signals[photo], self.cameras[photo], self.nearest.flatten()
        few = self.corrections[photo : photo + 1].apply(avatar.canonical.map(lambda x: x[chosen])[None])[0]
        posed = avatar.rig.of(chosen).pose(few, drive).means.unflatten(0, self.nearest.shape).mean(1)
        head = avatar.rig.transforms(drive.theta, drive.psi, drive.translation)[HEAD, :3, :3]
        turn = camera.camera_from_world[:3, :3] @ head
        off, pixel = missed(posed, self.faces[photo][list(self.points.chosen)], camera)
        trust = 1.0 / (STRAY * self.points.error + NOISE + pixel[:, 0]) ** 2
        facing = -(self.normal @ turn.mT)[:, 2]
        return SeenLandmarks(off, turn[:2], trust * facing.clamp(min=0.0) * (facing > SLANT))
