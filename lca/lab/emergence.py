"""Does a score emerge? Where geometry tokens look, before and after post-training, or with ever more people in pretraining."""

from collections.abc import Mapping, Sequence

import torch

from lca.data.batch import Batch
from lca.model.network import LCA
from lca.training.attention import attention_scores
from lca.training.report import averaged
from lca.training.scores import Score

GAIN = "gain"


@torch.no_grad()
def attention_table(models: Mapping[str, Sequence[LCA]], people: Sequence[Batch]) -> dict[str, dict]:
    """Label -> scores of `lca.training.attention.attention_scores`, means over people with 95% intervals.

    Models of one label (seeds of one training) are averaged person by person. `gain` is the difference of `above_shuffled` to the
    first label's, of the same people.
    """
    table, first = {}, None
    for label, some in models.items():
        scores = [averaged_over([attention_scores(model, example) for model in some]) for example in people]
        first = first or [one["above_shuffled"] for one in scores]
        for one, before in zip(scores, first, strict=True):
            now = one["above_shuffled"]
            one[GAIN] = now if isinstance(now, str) or isinstance(before, str) else now - before
        means, intervals, _ = averaged({str(place): one for place, one in enumerate(scores)})
        table[label] = {**means, "people": len(people), "interval95": intervals}
    return table


def averaged_over(models: Sequence[dict[str, Score]]) -> dict[str, Score]:
    """The mean of each score over models of one person; words stay words."""
    joined: dict[str, Score] = {}
    for name, first in models[0].items():
        values = [value for one in models if not isinstance(value := one[name], str)]
        joined[name] = sum(values) / len(values) if values else first
    return joined
