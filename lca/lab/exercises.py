"""Equations left to the reader: what you write is compared with what the code computes."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import axis_angle_to_matrix
from lca.geometry.skinning import skin_points_plain
from lca.model.network import LCA
from lca.render import render
from lca.training.losses import acap
from lca.training.refining.visibility import gate_of
from lca.training.schedule import layerwise_groups

NOT_YET, WRONG, RIGHT = "#8a8a8a", "#c33a2c", "#2e8540"


@dataclass(frozen=True)
class Mark:
    """What a check found."""

    solved: bool
    words: str
    colour: str

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return f'<p style="border-left: 6px solid {self.colour}; padding: 4px 10px">{self.words}</p>'


@dataclass(frozen=True)
class Exercise:
    """An equation, by what it gives: arguments and the right value, case by case."""

    name: str
    cases: tuple[tuple[tuple, Tensor | float], ...]
    exactness: float = 1e-4
    """How far an answer may be off, as a share of the largest number."""

    def check(self, answer: Callable[..., Tensor | float | None]) -> Mark:
        """Try an answer on every case."""
        for arguments, value in self.cases:
            given = answer(*arguments)
            if given is None:
                return Mark(False, f"{self.name}: not yet. Write the equation in place of None and run again.", NOT_YET)
            right, found = (torch.as_tensor(each, dtype=torch.float64) for each in (value, given))
            most = self.exactness * float(right.abs().max()) + 1e-9
            if found.shape != right.shape or not (found - right).abs().max() <= most:
                asked = ", ".join(map(_said, arguments))
                told = f"{self.name}: not this. For {asked} the code has {_said(right)}, yours gives {_said(found)}."
                return Mark(False, told, WRONG)
        return Mark(True, f"{self.name}: right, in all {len(self.cases)} cases.", RIGHT)


def _said(argument: object) -> str:
    if isinstance(argument, Tensor) and argument.ndim:
        return "[" + ", ".join(f"{value:.3g}" for value in argument.flatten().tolist()) + "]"
    return f"{float(argument):.6g}" if isinstance(argument, float | Tensor) else str(argument)


def posed_point() -> Exercise:
    """LBS: (weights of joints, their transforms 4 x 4, a point at rest in metres) -> the posed point."""
    draw, cases = torch.Generator().manual_seed(0), []
    for share in (0.0, 0.3, 0.5):
        weights, point = torch.tensor([1.0 - share, share]), torch.randn(3, generator=draw)
        transforms = torch.eye(4).repeat(2, 1, 1)
        transforms[:, :3, :3] = axis_angle_to_matrix(torch.randn(2, 3, generator=draw))
        transforms[:, :3, 3] = torch.randn(2, 3, generator=draw)
        posed = skin_points_plain(point[None], transforms, torch.tensor([[0, 1]]), weights[None])[0]
        cases.append(((weights, transforms, point), posed))
    return Exercise("LBS", tuple(cases))


def pixel_of_point() -> Exercise:
    """The pinhole camera: (a point in the camera's axes in metres, focal length, middle of the picture) -> its pixel."""
    cases = []
    for point, focal, middle in (([0.2, -0.5, 3.0], 400.0, 128.0), ([-0.4, 0.7, 2.0], 900.0, 256.0)):
        lens = torch.tensor([[focal, 0.0, middle], [0.0, focal, middle], [0.0, 0.0, 1.0]])
        camera = Camera(torch.eye(4), lens, 2 * round(middle), 2 * round(middle))
        cases.append(((torch.tensor(point), focal, middle), camera.project(torch.tensor([point]))[0, :2]))
    return Exercise("projection", tuple(cases))


def blending_weights() -> Exercise:
    """Splatting: the alphas of the Gaussians on a pixel, front to back -> the weight of each one's colour."""
    cases = []
    for alphas in ([0.5, 0.5, 0.5], [0.2, 0.9, 0.6], [0.7, 0.1, 0.8]):
        places = torch.tensor([[0.0, -0.15, depth] for depth in (0.4, 0.0, -0.4)])  # before, in and behind the middle
        turns, sizes = (
            torch.tensor([[1.0, 0.0, 0.0, 0.0]]).expand(3, -1),
            torch.tensor([[5.0, 5.0, 0.01]]).expand(3, -1),
        )
        walls = Gaussians(places, turns, sizes, torch.tensor(alphas), torch.eye(3))
        picture = render(walls, orbit(0.0, size=32), torch.zeros(3)).image
        cases.append(((torch.tensor(alphas),), picture[:, 16, 16]))
    return Exercise("blending", tuple(cases), exactness=1e-2)


def gate() -> Exercise:
    """Refinement's gate: how well photos show each Gaussian -> how far it may change."""
    ratios = ([0.0, 0.2, 1.0], [0.15, 0.3, 0.45], [0.05, 0.39, 0.41])
    return Exercise("gate", tuple(((torch.tensor(ratio),), gate_of(torch.tensor(ratio))) for ratio in ratios))


def close_to_the_template() -> Exercise:
    """ACAP: distances of Gaussians from the template (metres) -> what the hinge makes of them."""
    cases = []
    for centimetres in ([2.0, 5.0], [7.0, 3.0, 12.0], [5.625, 40.0, 0.0, 9.0]):
        distances = torch.tensor(centimetres) / 100.0
        rest = torch.zeros(1, len(distances), 3)
        moved = rest + torch.nn.functional.pad(distances[None, :, None], (0, 2))
        own = Gaussians(moved, torch.zeros(1, len(distances), 4), rest, distances[None], rest)
        cases.append(((distances,), float(acap(own, rest)[0])))
    return Exercise("ACAP", tuple(cases))


def layer_rate(network: LCA) -> Exercise:
    """Layer-wise decay: (k, rate of the output, gamma) -> the rate of the k-th layer from the output."""
    cases = []
    for lr, gamma in ((4e-4, 0.65), (8e-4, 0.9), (1e-3, 1.0)):
        rates = [group["lr"] for group in layerwise_groups(network, lr, gamma)]
        cases += [((k, lr, gamma), rate) for k, rate in enumerate(rates)]
    return Exercise("layer-wise decay", tuple(cases))
