"""Who lives in the wild world: what is recorded of its people, found without drawing a single picture."""

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray
from tqdm.auto import tqdm

from lca.geometry.body_file import load_body
from lca.world.folders.presets import BROAD
from lca.world.stages.capture import cast
from lca.world.stages.wild import planned

Table = dict[str, list]
"""Name of an attribute -> its value for every person: numbers, or words; "" where a person does not have it."""
AT_ONCE = 128


def census(seed: int, people: int) -> Table:
    """The first people of the build `seed` of the wild stage: stature (metres), their attributes, and how they are filmed.

    A capture is a function of (stage, seed, index), so the build itself would record the same.
    """
    told, betas = [], []
    for index in tqdm(range(people), desc="census", unit="person"):
        person, rng = cast(BROAD, seed, index)
        count, acts, light = planned(rng)
        told.append({**person.attributes, "light": light, "act": acts[0], "photos": count})
        betas.append(person.betas)
    return {"stature": statures(np.stack(betas)).tolist(), **table(told)}


def table(told: list[dict]) -> Table:
    """Records as columns, in the order in which their names first appear."""
    names = dict.fromkeys(name for record in told for name in record)
    return {name: [record.get(name, "") for record in told] for name in names}


def statures(betas: Float32[ndarray, "people 100"]) -> Float32[ndarray, " people"]:
    """How tall bare bodies of these shapes stand in the rest pose, metres."""
    body, heights = load_body(), []
    for some in torch.from_numpy(np.asarray(betas, np.float32)).split(AT_ONCE):
        y = body.template[:, 1] + some @ body.shape_directions[:, 1].T
        heights.append(y.amax(1) - y.amin(1))
    return torch.cat(heights).numpy()
