"""What was followed in a film, drawn over it: the solved body, coloured by which way its surface faces."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from lca.formats.film_frames import every_frame
from lca.lab.figures import row, to_image
from lca.lab.overlays import normal_picture
from lca.model.avatar import Avatar
from lca.render import render
from lca.tracking.film.follow import Followed

OVER = 0.75
"""Share of the body's colour where it covers the film."""


def film_overlay(path: Path, followed: Followed, every: int = 1) -> Iterator[Float[Tensor, "3 height width"]]:
    """One frame in `every` with the body over it, unchanged where the person is not seen; sides are even."""
    solution, avatar = followed.solution, followed.start.avatar
    pictures = every_frame(path, followed.motion.fps)
    shown = enumerate(zip(pictures, solution.solved, strict=False))
    for frame, (picture, solved) in islice(shown, 0, None, every):
        image = picture.image[:, : picture.image.shape[1] // 2 * 2, : picture.image.shape[2] // 2 * 2]
        yield body_over(image, followed, avatar, frame) if solved else image


def followed_strip(path: Path, followed: Followed, count: int = 6, height: int = 200) -> Image.Image:
    """Frames from the whole of a film, with the body over them."""
    step = max(1, len(followed.motion) // count)
    return row([to_image(frame) for frame in islice(film_overlay(path, followed, step), count)], height=height)


def body_over(
    image: Float[Tensor, "3 height width"], followed: Followed, avatar: Avatar, frame: int
) -> Float[Tensor, "3 height width"]:
    """One frame with the body of that moment."""
    solution = followed.solution
    eps = avatar.eps_from_actions(solution.actions[frame])
    posed = avatar.drive(solution.theta[frame], eps, solution.psi[frame], solution.translation[frame])
    camera = solution.camera(frame).cropped([0, 0, image.shape[2], image.shape[1]], image.shape[2], image.shape[1])
    drawn = render(posed, camera, torch.ones(3))
    cover = OVER * drawn.alpha
    return image * (1 - cover) + cover * normal_picture(drawn, camera, torch.zeros(3))
