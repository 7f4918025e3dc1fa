"""A folder of films of people, with what is true of each beside it: to follow people in, and to measure how well."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from lca.errors import UserError
from lca.formats.motion_npz import write_motion
from lca.formats.video import check_film, write_video
from lca.motion.sequences import SEQUENCES
from lca.world.person.people import Person
from lca.world.stages.clip import PersonFilm, clip

STREAM = 0x66696C6D
"""Keeps what films draw apart from what stages draw."""


@dataclass(frozen=True)
class Films:
    """How many people, the seed, what they do (one act each, in turn), for how long, and how they are filmed."""

    people: int
    seed: int = 0
    acts: tuple[str, ...] = tuple(SEQUENCES)
    seconds: float = 3.0
    fps: float = 30.0
    size: int = 512

    def __post_init__(self):
        """Raises: UserError."""
        for act in self.acts:
            if act not in SEQUENCES:
                raise UserError(f"expected acts among {', '.join(SEQUENCES)}, got {act!r}: choose one of them")
        if self.size % 2:
            raise UserError(f"expected an even size, got {self.size}: H.264 needs it")

    def act(self, number: int) -> str:
        """What person `number` does."""
        return self.acts[number % len(self.acts)]

    def clip(self, number: int) -> PersonFilm:
        """One person's film, not yet drawn."""
        seeds = np.random.SeedSequence([STREAM, self.seed, number])
        person = Person.sample(int(seeds.generate_state(1, np.uint32)[0]))
        rng = np.random.default_rng(seeds.spawn(1)[0])
        return clip(rng, person, self.act(number), self.seconds, self.fps, (self.size, self.size))


def film_people(films: Films, folder: Path) -> list[Path]:
    """Write 000-walk.mp4, its truth 000-walk.npz, and so on; what is there already stays -> the films.

    Raises:
        UserError: films cannot be written into the folder.
    """
    paths = [folder / f"{number:03d}-{films.act(number)}.mp4" for number in range(films.people)]
    check_film(paths[0], films.fps)
    todo = [number for number, path in enumerate(paths) if not path.with_suffix(".npz").exists()]
    with tqdm(total=round(len(todo) * films.seconds * films.fps), unit="frame", disable=not todo) as bar:
        for number in todo:
            bar.set_description(paths[number].stem)
            taken = films.clip(number)
            write_video(paths[number], drawn(taken, bar), films.fps)
            write_truth(paths[number].with_suffix(".npz"), taken)
    return paths


def drawn(taken: PersonFilm, bar: tqdm) -> Iterator[torch.Tensor]:
    """The frames of a clip, channels first."""
    for frame in taken.frames():
        yield torch.from_numpy(frame).movedim(-1, 0)
        bar.update()


def write_truth(path: Path, taken: PersonFilm) -> None:
    """The motion as `lca.formats.motion_npz.write_motion` does, and beside it the shape and the camera."""
    camera = taken.camera
    write_motion(
        path,
        taken.motion,
        betas=taken.betas.numpy(),
        camera_from_world=camera.camera_from_world.numpy(),
        intrinsics=camera.intrinsics.numpy(),
        size=np.array([camera.width, camera.height]),
    )
