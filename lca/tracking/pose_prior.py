"""How people hold themselves: Gaussians over the joints' angles, measured on the motion library (tools/build_pose_prior.py)."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from einops import rearrange
from jaxtyping import Float
from numpy import ndarray

from lca.geometry.joint_names import JOINTS

PRIOR = Path(__file__).parent.parent / "assets" / "pose_prior.npz"


@dataclass(frozen=True)
class PosePrior:
    """Radians: mean and precision of the 21 body joints' axis-angle vectors; a left hand is `hand_mean` + `hand_basis` c with
    c ~ N(0, 1), a right hand its mirror image."""

    body_mean: Float[ndarray, "63"]
    body_precision: Float[ndarray, "63 63"]
    hand_mean: Float[ndarray, "45"]
    hand_basis: Float[ndarray, "45 components"]

    def hands(self) -> tuple[Float[ndarray, "2 15 3"], Float[ndarray, "2 15 3 components"]]:
        """Mean and basis of the left and the right hand."""
        mean = rearrange(self.hand_mean, "(joint xyz) -> joint xyz", xyz=3)
        basis = rearrange(self.hand_basis, "(joint xyz) c -> joint xyz c", xyz=3)
        flip = np.array([1.0, -1.0, -1.0])
        return np.stack([mean, mean * flip]), np.stack([basis, basis * flip[:, None]])


@lru_cache(maxsize=1)
def load_pose_prior() -> PosePrior:
    """The shipped prior."""
    with np.load(PRIOR, allow_pickle=False) as file:
        return PosePrior(**{name: file[name].astype(np.float64) for name in file.files})


def mirrored(theta: Float[ndarray, "poses 156"]) -> Float[ndarray, "poses 156"]:
    """The same poses in a mirror: left and right joints change places, vectors become (x, -y, -z)."""
    swap = {"left_": "right_", "right_": "left_"}
    names = [next((swap[s] + n.removeprefix(s) for s in swap if n.startswith(s)), n) for n in JOINTS]
    joints = rearrange(theta, "pose (joint xyz) -> pose joint xyz", xyz=3)[:, [JOINTS.index(name) for name in names]]
    return rearrange(joints * np.array([1.0, -1.0, -1.0]), "pose joint xyz -> pose (joint xyz)")
