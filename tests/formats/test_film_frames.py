"""Films among the photos: frames that are sharp and differ, in order of time."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.film_frames import most_different, read_film, sharpness
from lca.formats.photos import read_pictures
from lca.formats.video import write_video


def _film(path, frames: int = 60):
    """A square walks from left to right before noise; every second half a second is blurred."""
    noise = torch.rand(3, 96, 128, generator=torch.Generator().manual_seed(0))

    def draw(k: int) -> torch.Tensor:
        image = noise.clone()
        image[:, 30:66, k : k + 36] = torch.tensor([1.0, 0.0, 0.0])[:, None, None]
        return F.avg_pool2d(image[None], 9, 1, 4)[0] if k // 10 % 2 else image

    write_video(path, (draw(k) for k in range(frames)), 20.0)
    return path


def test_frames_of_a_film_are_sharp_and_in_order(tmp_path):
    pictures = read_film(_film(tmp_path / "walk.mp4"), 4)
    assert len(pictures) == 4
    places = [float((p.image[0] - p.image[1]).clamp(min=0).sum(0).argmax()) for p in pictures]
    assert places == sorted(places) and places[-1] - places[0] > 25
    sharp = [sharpness((p.image.movedim(0, -1).numpy() * 255).astype(np.uint8)) for p in pictures]
    assert min(sharp) > 0.5 * max(sharp)
    assert pictures[0].name.startswith("walk.mp4 at ") and pictures[0].notes == ("a frame of a film",)


def test_films_and_photos_share_the_places(tmp_path):
    film = _film(tmp_path / "walk.mp4", 24)
    pictures = read_pictures([film])
    assert 1 < len(pictures) <= 8
    several = read_pictures([film, film, film])
    assert len(several) <= 16 and len({picture.name for picture in several}) <= 8


def test_the_sharpest_comes_first_and_then_what_differs():
    flat = [np.full((48, 48, 3), value, np.uint8) for value in (0, 10, 200)]
    for frame in flat:
        frame[::2] += 20
    flat[1][::2] += 30
    assert most_different(flat, 2) == [1, 2]
    assert most_different(flat, 9) == [0, 1, 2]


def test_what_is_no_film_is_one_line(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    with pytest.raises(UserError, match=r"expected a film that ffmpeg can read, got .*broken\.mp4") as caught:
        read_pictures([tmp_path / "broken.mp4"])
    assert "\n" not in str(caught.value)
