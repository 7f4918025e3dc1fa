"""One view on the CPU, as numpy arrays: the order in which the kernels run, forwards and backwards."""

from dataclasses import dataclass

import numpy as np

from lca.kernels.lanes import WIDTH
from lca.render import conventions as k
from lca.render.kernels.binning import list_entries, number_entries, sort_by_depth
from lca.render.kernels.projection import project_all
from lca.render.kernels.projection_backward import CHUNKS, unproject_all
from lca.render.kernels.tiles import blend_all
from lca.render.kernels.tiles_backward import MOMENTS, differentiate_all

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class ViewArrays:
    """What is drawn: one set of Gaussians, the camera, the background; float32 throughout."""

    means: np.ndarray
    quats: np.ndarray
    scales: np.ndarray
    opacities: np.ndarray
    colors: np.ndarray
    camera_from_world: np.ndarray
    background: np.ndarray
    lens: tuple[np.float32, ...]

    def flat_inputs(self) -> Arrays:
        """Means, quats, scales and opacities without their last axis."""
        return self.means.reshape(-1), self.quats.reshape(-1), self.scales.reshape(-1), self.opacities


@dataclass(frozen=True)
class Drawing:
    """What the backward pass needs of a view: ellipses, depths and the lists of entries (see `lca.render.kernels.binning`)."""

    ellipses: np.ndarray
    depths: np.ndarray
    starts: np.ndarray
    entries: np.ndarray
    slots: np.ndarray


def lens_of(intrinsics: np.ndarray, width: int, height: int) -> tuple[np.float32, ...]:
    """(fx, fy, cx, cy, width, height)."""
    numbers = intrinsics[0, 0], intrinsics[1, 1], intrinsics[0, 2], intrinsics[1, 2], width, height
    return tuple(np.float32(number) for number in numbers)


def channel_groups(channels: int) -> list[slice]:
    """Channels that one pass draws: all of up to four, else seven at a time."""
    size = 7 if channels > 4 else max(channels, 1)
    return [slice(first, min(first + size, channels)) for first in range(0, max(channels, 1), size)]


def features_of(colors: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """(gaussians, width): colours, zeros up to the 3, 4 or 7 channels that kernels are compiled for, and the depth."""
    channels = colors.shape[1]
    features = np.zeros((len(colors), 1 + (3 if channels <= 3 else 4 if channels == 4 else 7)), np.float32)
    features[:, :channels] = colors
    features[:, -1] = depths
    return features


def prepare(threads: int, view: ViewArrays) -> Drawing:
    """Project, sort and bin."""
    count, columns, rows = len(view.means), -(-int(view.lens[4]) // k.TILE), -(-int(view.lens[5]) // k.TILE)
    ellipses, depths = np.empty((count, 8), np.float32), np.empty(count, np.float32)
    boxes, counts = np.empty((count, 4), np.int32), np.empty((threads, columns * rows), np.int32)
    starts, slots = np.empty(columns * rows + 1, np.int32), np.empty(count + 1, np.int32)
    project_all(threads, view.flat_inputs(), view.camera_from_world, view.lens, ellipses, depths, boxes, counts)
    number_entries(boxes, counts, starts, slots)
    entries = np.empty((starts[-1], 2), np.int32)
    list_entries(sort_by_depth(depths, boxes), boxes, columns, starts, slots, entries)
    return Drawing(ellipses, depths, starts, entries, slots)


def draw(threads: int, view: ViewArrays, drawing: Drawing, picture: Arrays) -> None:
    """Draw into (image, alpha, depth), which hold the background and zeros."""
    image, alpha, depth = picture
    for group in channel_groups(view.colors.shape[1]):
        features = features_of(view.colors[:, group], drawing.depths)
        blend_all(
            threads, np.zeros(1, np.int64), drawing.starts, drawing.entries, drawing.ellipses, features,
            (0,) * features.shape[1], alpha.shape, view.background[group],
            (image[group].reshape(-1), alpha.reshape(-1), depth.reshape(-1)),
        )  # fmt: skip


def differentiate(
    threads: int, view: ViewArrays, drawing: Drawing, picture: Arrays, gradients: Arrays, with_depth: bool
) -> Arrays:
    """Gradients of means, quats, scales, opacities, colours and the view matrix; `gradients` are those of the picture."""
    total: list[np.ndarray] = []
    for i, group in enumerate(channel_groups(view.colors.shape[1])):
        if i == 1:  # alpha and depth count once
            gradients = gradients[0], np.zeros_like(gradients[1]), np.zeros_like(gradients[2])
        parts = _differentiate_group(threads, view, drawing, group, picture, gradients, with_depth and i == 0)
        if i == 0:
            total = [*parts[:4], np.empty_like(view.colors), parts[5]]
        else:
            for whole, part in zip((*total[:4], total[5]), (*parts[:4], parts[5]), strict=True):
                whole += part
        total[4][:, group] = parts[4][:, : group.stop - group.start]
    return tuple(total)


def _differentiate_group(threads, view, drawing, group, picture, gradients, with_depth) -> Arrays:
    """`differentiate` for the channels of one pass."""
    features = features_of(view.colors[:, group], drawing.depths)
    # Without a gradient of the depth its column is left out, unless padding keeps the columns from being the channels.
    with_depth = with_depth or features.shape[1] - 1 > group.stop - group.start
    width = features.shape[1] - (not with_depth)
    flat_picture, flat_gradients = (
        (image[group].reshape(-1), alpha.reshape(-1), depth.reshape(-1)) for image, alpha, depth in (picture, gradients)
    )
    rows = np.empty(len(drawing.entries) * (MOMENTS + width) + WIDTH, np.float32)
    differentiate_all(
        threads, np.zeros(1, np.int64), drawing.starts, drawing.entries, drawing.ellipses, features, (0,) * width,
        picture[1].shape, view.background[group], flat_picture, flat_gradients, rows,
    )  # fmt: skip
    outputs = tuple(np.empty_like(x) for x in (view.means, view.quats, view.scales, view.opacities))
    of_colors = np.empty((len(view.means), width - with_depth), np.float32)
    of_views = np.empty((CHUNKS, 12))
    *inputs, opacities = view.flat_inputs()
    unproject_all(
        threads, rows, MOMENTS + width, with_depth, drawing.slots, tuple(inputs), opacities, view.camera_from_world,
        view.lens, drawing.ellipses.reshape(-1), (*outputs, of_colors), of_views,
    )  # fmt: skip
    of_view = np.zeros((4, 4), np.float32)
    of_view[:3] = of_views.sum(0).reshape(3, 4)
    return *outputs, of_colors, of_view
