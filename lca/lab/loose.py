"""Loose garments to look at: with and without nodes beside the truth, the way between, and where W' left W."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from PIL import Image

from lca.data.batch import Batch
from lca.geometry.camera import orbit
from lca.lab.exercises import Exercise
from lca.lab.figures import close_ups, column, pca_colors, row, view
from lca.model.avatar import Avatar
from lca.model.garment import blended
from lca.model.network import LCA, Fused
from lca.training.scores import bodies, truth_of

FULL = 0.5
"""Change of a Gaussian's skinning weights (sum of absolute differences) that is drawn full."""


@dataclass(frozen=True)
class Closet:
    """One person in a loose garment, from plain skinning (0) to what the garment head makes of it (1)."""

    model: LCA
    example: Batch

    @cached_property
    def fused(self) -> Fused:
        """What the photos say, read once."""
        with torch.no_grad():
            return self.model.read(self.example.photos[None])[1]

    def avatar(self, loose: float) -> Avatar:
        """The person with so much of the head's change."""
        return self.model.avatar_of(self.fused, len(self.example.photos), self.example.betas, loose=loose)

    def frames(self, loose: float, height: int = 220) -> Image.Image:
        """The targets' poses by one avatar, each close up."""
        targets = self.example.targets
        return close_ups(bodies(self.avatar(loose), targets).image, targets.mask, height)

    def strip(self, height: int = 200) -> Image.Image:
        """Three lines over the targets: plain skinning, with nodes, truth."""
        targets = self.example.targets
        lines = {
            "plain skinning W": bodies(self.avatar(0.0), targets).image,
            "with nodes, W'": bodies(self.avatar(1.0), targets).image,
            "truth": truth_of(targets).body,
        }
        return column([close_ups(line, targets.mask, height, name) for name, line in lines.items()])

    def changed(self, height: int = 320) -> Image.Image:
        """The rest pose from the front and from behind: red where W' left W (the paper's Figure 7), and its tokens' colours."""
        plain, loose = self.avatar(0.0), self.avatar(1.0)
        away = (dense(loose) - dense(plain)).abs().sum(-1, keepdim=True) / FULL
        hot = torch.tensor([0.86, 0.2, 0.12])
        colours = {
            "where W' left W": torch.lerp(torch.tensor([0.88, 0.88, 0.88]), hot, away.clamp(0, 1)),
            "tokens (PCA)": pca_colors(loose.tokens)[loose.anchor_of],
        }
        pictures, captions = [], []
        for name, colour in colours.items():
            painted = replace(loose.canonical, colors=colour)
            for angle, side in ((0.0, "front"), (torch.pi, "back")):
                pictures.append(view(painted, orbit(angle, 0.0, 3.4, size=(256, 384))))
                captions.append(f"{name}, {side}")
        return row(pictures, captions, height)


def dense(avatar: Avatar) -> torch.Tensor:
    """Skinning weights of all joints, (gaussians, joints)."""
    rig = avatar.rig
    empty = torch.zeros(len(rig.skin_indices), len(rig.joints))
    return empty.scatter_add(1, rig.skin_indices, rig.skin_weights)


def loosened_weights() -> Exercise:
    """The node deformer: (W, H_skin), a row of joints each -> the largest weight of W'."""
    rows = [([0.9, 0.1, 0.0], [-0.4, 0.2, 0.3]), ([0.5, 0.5], [-0.8, 0.1]), ([1.0, 0.0, 0.0], [0.0, 0.0, 0.0])]
    cases = [tuple(torch.tensor(numbers) for numbers in pair) for pair in rows]
    return Exercise("W'", tuple((case, float(blended(*case).max())) for case in cases))
