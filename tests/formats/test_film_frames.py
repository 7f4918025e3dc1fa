"""Films among the photos: frames that are sharp and differ, in order of time."""

import subprocess

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.film_facts import file_reader, film_facts
from lca.formats.film_frames import every_frame, most_different, read_film, sharpness
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


def _with_ffmpeg(*words):
    subprocess.run([*file_reader(), "-y", *map(str, words)], check=True)


def test_a_film_says_how_fast_it_is(tmp_path, capfd):
    """Lying on its side, as telephones store them; with pictures at odd times; and one picture."""
    film = _film(tmp_path / "walk.mp4", 30)
    facts = film_facts(film)
    assert (facts.fps, facts.seconds) == (20.0, 1.5)
    lying, uneven, one = tmp_path / "lying.mp4", tmp_path / "-uneven: 1.webm", tmp_path / "one.mp4"
    _with_ffmpeg("-display_rotation", "90", "-i", film, "-c", "copy", lying)
    odd = ["-vf", "select='lt(n,10)+gt(n,20)*mod(n,2)'", "-fps_mode", "passthrough", "-enc_time_base", "1:1000"]
    _with_ffmpeg("-i", film, *odd, "-c:v", "libvpx", f"file:{uneven}")
    _with_ffmpeg("-i", film, "-frames:v", "1", one)
    capfd.readouterr()
    assert film_facts(lying) == facts and next(every_frame(lying, 20.0)).image.shape == (3, 128, 96)
    assert 8 < film_facts(uneven).fps < 21 and len(list(every_frame(uneven, 10.0))) in (14, 15)
    assert len(list(every_frame(one, film_facts(one).fps))) == 1
    assert capfd.readouterr() == ("", "")


def test_sound_alone_is_no_film(tmp_path):
    _with_ffmpeg("-f", "lavfi", "-i", "sine", "-t", "0.1", "-f", "wav", tmp_path / "song.mp4")
    with pytest.raises(UserError, match=r"song\.mp4 \(no pictures in it\)"):
        film_facts(tmp_path / "song.mp4")


def test_what_is_no_film_is_one_line(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    with pytest.raises(UserError, match=r"expected a film that ffmpeg can read, got .*broken\.mp4") as caught:
        read_pictures([tmp_path / "broken.mp4"])
    assert "\n" not in str(caught.value)
