"""The stages of the world, and a capture: one person on one stage, which depends on (stage, seed, index) and nothing else.

*wild*: video by a hand-held camera, any light, noisy tracking. *studio*: calibrated ring, even light, exact truth. *lightstage*:
lamps one by one, all at once, and environments. *stylised*: drawings of people, for tests only. *runway*: loose garments,
simulated. *portrait*: faces that talk and feel, from near.
"""

import json
from collections.abc import Callable

import numpy as np

from lca.formats.captures import CLOTH, PICTURES, SCHEMA
from lca.world.person.people import Person
from lca.world.stages.filming import Taken, column
from lca.world.stages.lightstage import lightstage
from lca.world.stages.portrait import portrait
from lca.world.stages.runway import runway
from lca.world.stages.studio import studio
from lca.world.stages.stylised import stylised
from lca.world.stages.wild import wild

STAGES: dict[str, Callable[[np.random.Generator, Person, int], Taken]] = {
    "wild": wild,
    "studio": studio,
    "lightstage": lightstage,
    "stylised": stylised,
    "runway": runway,
    "portrait": portrait,
}
"""By name; the place of a stage in this table is part of the seeds, so new ones go to the end."""
TEST_ONLY = ("stylised",)
"""Stages that nobody trains on."""


def split_of(index: int, stage: str = "") -> str:
    """Split by identity: one person in twenty is for testing, one for validation; of some stages all are for testing."""
    return "test" if stage in TEST_ONLY else {0: "test", 1: "validation"}.get(index % 20, "train")


def cast(stage: str, seed: int, index: int, people_of: str = "") -> tuple[Person, np.random.Generator]:
    """Person `index` of the build `seed` of `stage`, and what all else about the capture is drawn from; `people_of` is the stage
    whose build of this seed the person comes from, if it is another one."""
    own, theirs = (
        np.random.SeedSequence([list(STAGES).index(one), seed, index]) for one in (stage, people_of or stage)
    )
    return Person.sample(int(theirs.generate_state(1, np.uint32)[0])), np.random.default_rng(own.spawn(1)[0])


def capture(stage: str, seed: int, index: int, size: int, people_of: str = "") -> dict:
    """The row (see `lca.formats.captures`) of person `index` of the build `seed` of `stage`, photos of `size` pixels; `people_of`
    as in `cast`, and people stay in the split of their own stage."""
    person, rng = cast(stage, seed, index, people_of)
    taken = STAGES[stage](rng, person, size)
    frames, tracked = taken.frames, taken.tracked
    per_frame = {
        name: [frame[name] for frame in frames] if name in PICTURES else column(frames, name) for name in frames[0]
    }
    row = {name: [] for name in (*PICTURES, *CLOTH)} | per_frame
    return row | {
        "identity": f"{stage}-{index:06d}",
        "seed": person.seed,
        "stage": stage,
        "split": split_of(index, people_of or stage),
        "attributes": json.dumps(person.attributes | taken.attributes, sort_keys=True),
        "scene": json.dumps(taken.scene, sort_keys=True),
        "exact": json.dumps([name for name in SCHEMA if name not in taken.estimates]),
        "betas": taken.betas,
        "tracked_betas": tracked.betas,
        "tracked_theta": tracked.theta,
        "tracked_translation": tracked.translation,
        "tracked_camera_from_world": tracked.camera_from_world,
        "tracked_confidence": tracked.confidence,
    }
