"""One avatar as the panel drives it: with its body shape changed, its eyes on a point, its feet on the floor."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
import torch
from jaxtyping import Float
from scipy.spatial import KDTree
from torch import Tensor

from lca.geometry.body import displacement
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.lab.lighting import seen_in
from lca.model.avatar import Avatar
from lca.motion.contact import grounded
from lca.panel.eyes import HEAD, looking_at
from lca.panel.state import Numbers, Pose, State
from lca.panel.state_file import fingerprint

NEIGHBOURS = 4
"""Vertices of the body that carry a Gaussian when the body's shape changes."""


UPLOADED = "your photos"
"""Who was made of photos that the page sent."""


class PanelPerson:
    """An avatar, what people call it, and what is computed once for it; `name` is its fingerprint."""

    def __init__(self, avatar: Avatar, title: str = "avatar"):
        self.avatar, self.title = avatar, title
        self.name = fingerprint(avatar)
        self.shaped = lru_cache(maxsize=2)(self._shaped)

    @staticmethod
    def several(avatars: Sequence[Avatar], titles: Sequence[str]) -> "tuple[PanelPerson, ...]":
        """People by their names; those of one name are numbered, nameless ones are "avatar"."""
        called = [*titles, *["avatar"] * (len(avatars) - len(titles))]
        told = [f"{title} {k + 1}" if called.count(title) > 1 else title for k, title in enumerate(called)]
        return tuple(PanelPerson(avatar, title) for avatar, title in zip(avatars, told, strict=True))

    def sharpened(self, avatar: Avatar) -> "PanelPerson":
        """The same person, by a refined avatar: what moves with the body's shape moves as before, unless there is more of it."""
        person = PanelPerson(avatar, self.title)
        if "_carriers" in vars(self) and len(avatar.canonical) == len(self.avatar.canonical):
            vars(person)["_carriers"] = self._carriers
        return person

    def posed(self, state: State) -> Gaussians:
        """Its Gaussians in the world, in the state's light as the state's camera sees them."""
        avatar, pose = self.shaped(state.shape), self.shown(state)
        theta, psi, actions, translation = pose.tensors()
        posed = avatar.drive(theta, avatar.eps_from_actions(actions), psi, translation)
        return seen_in(state.light.illumination(), avatar, posed, state.view.camera(1))

    def shown(self, state: State) -> Pose:
        """The pose with the eyes where the state wants them."""
        if state.eyes == "sliders":
            return state.pose
        point = state.view.eye if state.eyes == "camera" else state.point
        rig = self.shaped(state.shape).rig
        return replace(state.pose, psi=looking_at(state.pose, point, rig.joints, rig.parents))

    def joints(self, state: State) -> Float[Tensor, "55 3"]:
        """Where the joints are in the world, metres."""
        rig, pose = self.shaped(state.shape).rig, self.shown(state)
        theta, psi, _, translation = pose.tensors()
        return rig.posed_joints(theta, psi, translation)

    def head(self, state: State) -> Float[Tensor, "3"]:
        """Where the eyes are, halfway between them."""
        return self.joints(state)[[HEAD + 8, HEAD + 9]].mean(0)

    def on_floor(self, pose: Pose, shape: Numbers) -> Pose:
        """The pose lifted or lowered until the soles touch the floor of the rest pose."""
        betas = self.avatar.betas.clone()
        betas[: len(shape)] += torch.tensor(shape)[: len(betas)]
        lift = float(grounded(pose.tensors()[0][None], betas)[0, 1])
        x, _, z = pose.translation
        return replace(pose, translation=(x, lift, z))

    def _shaped(self, shape: Numbers) -> Avatar:
        """The avatar with `shape` added to its betas: Gaussians move with the nearest vertices of the body."""
        if not any(shape):
            return self.avatar
        body, offset = load_body(), torch.tensor(shape)
        moved = displacement(body.shape_directions[..., : len(shape)], offset)
        indices, weights = self._carriers
        shift = (moved[indices] * weights[..., None]).sum(1)
        joints = self.avatar.rig.joints + displacement(body.joint_shape_directions[..., : len(shape)], offset)
        canonical = replace(self.avatar.canonical, means=self.avatar.canonical.means + shift)
        return replace(self.avatar, canonical=canonical, rig=replace(self.avatar.rig, joints=joints))

    @cached_property
    def _carriers(self) -> tuple[Tensor, Float[Tensor, "gaussians neighbours"]]:
        """Nearest vertices of the avatar's own body in rest pose, and weights that fall with distance."""
        vertices, _ = load_body().rest(self.avatar.betas)
        distances, indices = KDTree(vertices.numpy()).query(self.avatar.canonical.means.numpy(), NEIGHBOURS)
        weights = 1 / (np.asarray(distances, np.float32) + 1e-4)
        weights /= weights.sum(1, keepdims=True)
        return torch.from_numpy(np.asarray(indices, np.int64)), torch.from_numpy(weights)
