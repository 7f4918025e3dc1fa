"""An avatar: everything that is needed to drive and render one person, without the network that made it."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.errors import UserError
from lca.formats.avatar_file import read_avatar, write_avatar
from lca.geometry.gaussians import Gaussians
from lca.geometry.skinning import full_pose, joint_transforms, skin_gaussians
from lca.model.driver import EPS, PSI, PoseBranch
from lca.model.face_code import eps_from_actions


@dataclass(frozen=True)
class Rig:
    """The skeleton of one or more people in rest pose and the skinning of their Gaussians."""

    joints: Float[Tensor, "*batch 55 3"]
    parents: tuple[int, ...]
    skin_indices: Int[Tensor, "gaussians influences"]
    skin_weights: Float[Tensor, "gaussians influences"]

    def pose(self, gaussians: Gaussians, theta: Tensor, psi: Tensor, translation: Tensor) -> Gaussians:
        """Linear blend skinning of canonical or driven Gaussians (batch axes as in `joints`)."""
        transforms = joint_transforms(full_pose(theta, psi), self.joints, self.parents, translation)
        return skin_gaussians(gaussians, transforms, self.skin_indices, self.skin_weights)


@dataclass(frozen=True)
class Avatar:
    """One person: canonical Gaussians, rig, fused geometry tokens, the pose branch and the action map.

    `betas` are the shape that the model saw in the photos; `metadata` says which checkpoint and how many photos made
    it.
    """

    canonical: Gaussians
    rig: Rig
    betas: Float[Tensor, "shape"]
    tokens: Float[Tensor, "anchors width"]
    face_anchors: Float[Tensor, "anchors"]
    driver: PoseBranch
    action_map: Float[Tensor, "53 128"]
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        """Compute the person's share of the pose branch once."""
        self.driver.eval().requires_grad_(False)
        object.__setattr__(self, "_prepared", self.driver.prepare(self.tokens[None]))

    def eps_from_actions(self, actions: Float[Tensor, "*batch 52"]) -> Float[Tensor, "*batch 128"]:
        """Named expression controls: the linear map from the 52 facial actions in [0, 1] onto the face code."""
        return eps_from_actions(actions, self.action_map)

    @torch.no_grad()
    def drive(
        self,
        theta: Float[Tensor, "156"],
        eps: Float[Tensor, "128"] | None = None,
        psi: Float[Tensor, "4"] | None = None,
        translation: Float[Tensor, "3"] | None = None,
    ) -> Gaussians:
        """Posed Gaussians of one frame: canonical + H_pose(T_gs, theta, eps, psi), then LBS. Missing drives are
        zero."""
        eps = self.tokens.new_zeros(EPS) if eps is None else eps
        psi = self.tokens.new_zeros(PSI) if psi is None else psi
        translation = self.tokens.new_zeros(3) if translation is None else translation
        correction = self.driver(self._prepared, self.face_anchors, theta[None], eps[None], psi[None])  # pyright: ignore[reportAttributeAccessIssue]
        driven = correction.apply(self.canonical[None])
        rig = Rig(self.rig.joints[None], self.rig.parents, self.rig.skin_indices, self.rig.skin_weights)
        return rig.pose(driven, theta[None], psi[None], translation[None])[0]

    def to(self, device: torch.device | str) -> "Avatar":
        """Move everything to `device`."""
        tensors, metadata = self._state()
        return Avatar._from_state({name: value.to(device) for name, value in tensors.items()}, metadata)

    def save(self, path: str | Path) -> None:
        """Write one safetensors file."""
        write_avatar(path, *self._state())

    @staticmethod
    def load(path: str | Path) -> "Avatar":
        """Read a file that `save` wrote.

        Raises:
            UserError: the file is missing, damaged, no avatar, or of another version.
        """
        tensors, metadata = read_avatar(path)
        try:
            return Avatar._from_state(tensors, metadata)
        except (KeyError, RuntimeError, ValueError) as error:
            raise UserError(
                f"expected an avatar file, got one with other contents: {path} ({error}); create it again"
            ) from error

    def _state(self) -> tuple[dict[str, Tensor], dict[str, str]]:
        gaussians = dict(
            zip(("means", "quats_wxyz", "scales", "opacities", "colors"), self.canonical.tensors(), strict=True)
        )
        tensors = {
            **{f"canonical.{name}": value for name, value in gaussians.items()},
            **{f"driver.{name}": value for name, value in self.driver.state_dict().items()},
            "joints": self.rig.joints,
            "parents": torch.tensor(self.rig.parents),
            "skin_indices": self.rig.skin_indices.to(torch.int32),
            "skin_weights": self.rig.skin_weights,
            "betas": self.betas,
            "tokens": self.tokens,
            "face_anchors": self.face_anchors,
            "action_map": self.action_map,
        }
        return {name: value.detach() for name, value in tensors.items()}, self.metadata

    @staticmethod
    def _from_state(tensors: dict[str, Tensor], metadata: dict[str, str]) -> "Avatar":
        names = ("means", "quats_wxyz", "scales", "opacities", "colors")
        canonical = Gaussians(*(tensors[f"canonical.{name}"] for name in names))
        hidden, width = tensors["driver.token.weight"].shape
        moved, per_anchor = len(tensors["driver.moved"]), len(canonical) // len(tensors["tokens"])
        driver = PoseBranch(width, per_anchor, hidden, moved).to(tensors["tokens"].device)
        prefix = "driver."
        driver.load_state_dict({n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)})
        rig = Rig(
            tensors["joints"],
            tuple(tensors["parents"].tolist()),
            tensors["skin_indices"].long(),
            tensors["skin_weights"],
        )
        betas, tokens, face_anchors = (tensors[name] for name in ("betas", "tokens", "face_anchors"))
        return Avatar(canonical, rig, betas, tokens, face_anchors, driver, tensors["action_map"], metadata)
