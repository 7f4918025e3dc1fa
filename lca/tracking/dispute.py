"""Dense points against landmarks: what if they say different things about one photo?

Both know who is turned how in some nineteen of twenty photos. Where the dense head takes a back for a front it does so all over
the body and without doubt, so no robust cost helps: both poses fit their own witness to a centimetre. Whom to believe is told
by a third, `lca.tracking.witness`.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from lca.tracking.body_points import HEAD, load_body_points
from lca.tracking.kinematics import project
from lca.tracking.posture import PhotoPose, posed
from lca.tracking.scene import PhotoScene, SolverFigure

FAR, SHARE = 0.15, 0.8
"""Metres at the body's depth: with a fifth of the sure landmarks farther than that, the two disagree. A leg is some of them."""
SURE, FEWEST = 0.7, 4
"""Share of the most that a landmark can weigh from which it is sure, and how many must be."""
DOUBTED = 0.2
"""For how much dense points still count where landmarks are believed."""


def disputed(
    scene: PhotoScene, pose: PhotoPose, figure: SolverFigure, betas: Float[ndarray, " shape"], most: float
) -> bool:
    """Whether sure landmarks (of weight `most` at best) lie far from a body that was solved without believing them."""
    if scene.torso is None or scene.believed == "landmarks":
        return False
    pull = scene.landmarks[0]
    sure = (load_body_points().joints != HEAD) & (pull.weights > SURE * most)
    if sure.sum() < FEWEST:
        return False
    seen = project(pull.points, posed(pose, figure.skeleton, betas, figure.prior), scene.intrinsics)
    off = np.linalg.norm(seen.pixels - pull.pixels, axis=-1) * seen.depth / scene.intrinsics[0, 0]
    return float(np.quantile(off[sure], SHARE)) > FAR


def by_landmarks(scene: PhotoScene) -> PhotoScene:
    """The photo as landmarks have it: begun as the torso is turned, dense points and cover little more than a hint."""
    if scene.torso is None:
        return scene
    return replace(
        scene,
        dense=replace(scene.dense, weights=DOUBTED * scene.dense.weights),
        cover=replace(scene.cover, weights=DOUBTED * scene.cover.weights),
        start=scene.torso,
        remarks=(*scene.remarks, "pixels and landmarks disagree, landmarks are believed"),
        believed="landmarks",
    )
