"""An avatar: everything that is needed to drive and render one person, without the network that made it."""

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lca.errors import UserError
from lca.formats.avatar_file import read_avatar, write_avatar
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination
from lca.model.avatar_schema import check_avatar
from lca.model.driver import EPS, OUTPUTS, PSI, THETA, Correction, PoseBranch, Prepared
from lca.model.face_code import eps_from_actions
from lca.model.lids import Lids, lids_of
from lca.model.materials import Materials, relight
from lca.model.rig import Rig, Signals
from lca.model.stretch import Stretch, on_skin, stretch_of


@dataclass(frozen=True)
class Avatar:
    """One person: canonical Gaussians, rig, fused geometry tokens, the pose branch and the action map.

    `betas` are the shape that the model saw in the photos; `metadata` says which checkpoint and how many photos made it.
    `sources` says of which of the network's Gaussians each is a part, where refinement has split some: parts share their
    source's correction. `materials` are there if the network that made the avatar has the relighting head.
    """

    canonical: Gaussians
    rig: Rig
    betas: Float[Tensor, "shape"]
    tokens: Float[Tensor, "anchors width"]
    face_anchors: Float[Tensor, "anchors"]
    driver: PoseBranch
    action_map: Float[Tensor, "53 128"]
    metadata: dict[str, str] = field(default_factory=dict)
    sources: Int[Tensor, "gaussians"] | None = None
    materials: Materials | None = None

    @cached_property
    def prepared(self) -> Prepared:
        """The person's share of the pose branch, computed once."""
        return replace(self.driver.prepare(self.tokens[None], self.face_anchors), sources=self.sources)

    @cached_property
    def lids(self) -> Lids:
        """The eyelids, by what its blendshapes move."""
        return lids_of(self.canonical, self.rig, self.travel, self.on_head)

    @cached_property
    def travel(self) -> Float[Tensor, "gaussians 52"]:
        """How far each action moves each Gaussian, metres."""
        # `norm` of an axis in the middle takes ten times as long
        return self.blendshapes.square().sum(1).sqrt()

    @property
    def blendshapes(self) -> Float[Tensor, "gaussians 3 52"]:
        """How each action moves each Gaussian, metres."""
        every = self.driver.blendshapes(len(self.tokens))
        return every if self.sources is None else every[self.sources]

    @cached_property
    def stretch(self) -> Stretch:
        """How the skin of the face stretches with its actions; lids have colours of their own."""
        skin = self.on_head.clone()
        skin[self.on_head] = on_skin(self.canonical.means[self.on_head], self.betas)
        painted = (self.lids.cover > 0).any(0).float()
        return stretch_of(self.canonical, self.blendshapes, skin, painted)

    @property
    def source_of(self) -> Int[Tensor, "gaussians"]:
        """Of which of the network's Gaussians each is, or is a part of."""
        return torch.arange(len(self.canonical), device=self.tokens.device) if self.sources is None else self.sources

    @property
    def anchor_of(self) -> Int[Tensor, "gaussians"]:
        """The anchor that each Gaussian unfolds from."""
        return self.source_of // self.driver.per_anchor

    @property
    def on_head(self) -> Bool[Tensor, "gaussians"]:
        """Which Gaussians belong to anchors that eps and psi may move."""
        return self.face_anchors.bool()[self.anchor_of]

    def eps_from_actions(self, actions: Float[Tensor, "*batch 52"]) -> Float[Tensor, "*batch 128"]:
        """Named expression controls: the linear map from the 52 facial actions in [0, 1] onto the face code."""
        return eps_from_actions(actions, self.action_map)

    def drive(
        self,
        theta: Float[Tensor, "*frames 156"],
        eps: Float[Tensor, "*frames 128"] | None = None,
        psi: Float[Tensor, "*frames 4"] | None = None,
        translation: Float[Tensor, "*frames 3"] | None = None,
    ) -> Gaussians:
        """Posed Gaussians: canonical + H_pose(T_gs, theta, eps, psi), then LBS. Missing drives are zero.

        One frame, or several along a leading axis. Differentiable: whatever of avatar and drive asks for a gradient gets it.
        """
        signals = self.signals(theta, eps, psi, translation)
        posed = self.rig[None].pose(self.driven(signals), signals)
        return posed[0] if theta.ndim == 1 else posed

    def lit(self, posed: Gaussians, light: Illumination, eye: Float[Tensor, "*frames 3"] | None = None) -> Gaussians:
        """What `drive` gave, one frame or several, in another light, seen from `eye`; see `lca.model.materials.relight`.

        Raises:
            UserError: an avatar that does not know its materials, or a light that is not finite.
        """
        frames = posed.means.shape[:-2]
        return relight(posed, self.known_materials().map(lambda x: x.expand(*frames, *x.shape)), light, eye)

    def known_materials(self) -> Materials:
        """What takes a light.

        Raises:
            UserError: an avatar that does not know its materials.
        """
        if self.materials is None:
            raise UserError(
                "expected an avatar that knows its materials, got one made without the relighting head: create it again with a "
                "model that has it"
            )
        return self.materials

    def correction(self, signals: Signals) -> Correction:
        """H_pose(T_gs, theta, eps, psi) of every frame, lids closed where eps closes them, skin stretched."""
        made = self.driver(self.prepared, signals.theta, signals.eps, signals.psi)
        actions = self.driver.read(signals.eps)
        if not actions.any():
            return made
        colors = self.canonical.colors
        return self.lids.close(self.stretch.follow(made, colors, actions), colors, actions)

    def driven(self, signals: Signals) -> Gaussians:
        """Canonical + correction of every frame, still in rest pose."""
        return self.correction(signals).apply(self.canonical[None])

    def signals(
        self,
        theta: Float[Tensor, "*frames 156"],
        eps: Float[Tensor, "*frames 128"] | None = None,
        psi: Float[Tensor, "*frames 4"] | None = None,
        translation: Float[Tensor, "*frames 3"] | None = None,
    ) -> Signals:
        """Drives of one or more frames with an axis of frames; missing ones are zero."""
        theta = theta.reshape(-1, THETA)

        def rows(given: Tensor | None, size: int) -> Tensor:
            return theta.new_zeros(len(theta), size) if given is None else given.reshape(-1, size)

        return Signals(theta, rows(eps, EPS), rows(psi, PSI), rows(translation, 3))

    def to(self, device: torch.device | str) -> "Avatar":
        """Move everything to `device`."""
        tensors, metadata = self._state()
        return Avatar._from_state({name: value.to(device) for name, value in tensors.items()}, metadata)

    def save(self, path: str | Path) -> None:
        """Write one file.

        Raises:
            UserError: a number is not finite or out of its range: a file of it would be refused.
        """
        tensors, metadata = self._state()
        check_avatar(tensors)
        write_avatar(path, tensors, metadata)

    @staticmethod
    def load(path: str | Path) -> "Avatar":
        """Read a file that `save` wrote.

        Raises:
            UserError: the file is missing, damaged, no avatar, of another version, or its tensors do not fit together.
        """
        tensors, metadata = read_avatar(path)
        try:
            check_avatar(tensors)
        except UserError as error:
            raise UserError(f"{path}: {error}") from error
        return Avatar._from_state(tensors, metadata)

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
        if self.sources is not None:
            tensors["sources"] = self.sources.to(torch.int32)
        if self.materials is not None:
            tensors |= {f"materials.{name}": value for name, value in vars(self.materials).items()}
        return {name: value.detach() for name, value in tensors.items()}, self.metadata

    @staticmethod
    def _from_state(tensors: dict[str, Tensor], metadata: dict[str, str]) -> "Avatar":
        names = ("means", "quats_wxyz", "scales", "opacities", "colors")
        canonical = Gaussians(*(tensors[f"canonical.{name}"] for name in names))
        hidden, width = tensors["driver.token.weight"].shape
        per_anchor = len(tensors["driver.out.weight"]) // OUTPUTS
        driver = PoseBranch(width, per_anchor, hidden, len(tensors["driver.moved"])).to(tensors["tokens"].device)
        prefix = "driver."
        driver.load_state_dict({n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)})
        driver.eval().requires_grad_(False)
        rig = Rig(
            tensors["joints"],
            tuple(tensors["parents"].tolist()),
            tensors["skin_indices"].long(),
            tensors["skin_weights"],
        )
        betas, tokens, face_anchors = (tensors[name] for name in ("betas", "tokens", "face_anchors"))
        sources = tensors["sources"].long() if "sources" in tensors else None
        materials = None
        if "materials.baked" in tensors:
            materials = Materials(*(tensors[f"materials.{each.name}"] for each in fields(Materials)))
        controls = tensors["action_map"]
        return Avatar(canonical, rig, betas, tokens, face_anchors, driver, controls, metadata, sources, materials)
