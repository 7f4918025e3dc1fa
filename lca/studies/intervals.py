"""Means over seeds and people, with intervals that know of both: seeds are drawn again, and people are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lca.studies.scoring import People

DRAWS = 4000
"""Bootstrap samples of an interval."""


def table(seeds: Sequence[People], score: str) -> tuple[list[str], Float[np.ndarray, "seeds people"]]:
    """(identities, numbers) of the people who have the score in every seed, in the order of their names."""
    names = sorted(set.intersection(*({who for who, has in one.items() if score in has} for one in seeds)))
    return names, np.array([[one[who][score] for who in names] for one in seeds])


def mean_and_interval95(numbers: Float[np.ndarray, "seeds people"]) -> dict[str, Any]:
    """`mean`, and `interval95` [low, high]: 2.5th and 97.5th percentile of means over seeds drawn with replacement and, apart
    from them, people drawn with replacement. The people are the same in every seed."""
    rng, (seeds, people) = np.random.default_rng(0), numbers.shape
    by_seed = rng.multinomial(seeds, np.full(seeds, 1 / seeds), DRAWS) / seeds
    by_person = rng.multinomial(people, np.full(people, 1 / people), DRAWS) / people
    means = np.einsum("ds,sp,dp->d", by_seed, numbers, by_person)
    low, high = np.percentile(means, [2.5, 97.5])
    return {"mean": round(float(numbers.mean()), 3), "interval95": [round(float(low), 3), round(float(high), 3)]}


def paired(ours: Sequence[People], other: Sequence[People], score: str) -> dict[str, Any]:
    """`other` minus `ours`, seed by seed and person by person, over the people whom both have."""
    names, first = table(ours, score)
    others, second = table(other, score)
    both = [name for name in names if name in set(others)]
    pick = [names.index(name) for name in both], [others.index(name) for name in both]
    return mean_and_interval95(second[:, pick[1]] - first[:, pick[0]])


def said(value: dict[str, Any], form: str) -> str:
    """A mean with its interval: 17.21 (16.30 to 18.04)."""
    low, high = value["interval95"]
    return f"{value['mean']:{form}} ({low:{form}} to {high:{form}})"
