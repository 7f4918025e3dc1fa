"""Identity retrieval: of all people's photos, does the one most like a picture of the avatar show the right person?"""

from collections.abc import Sequence

import torch
from torch import Tensor

from lca.data.sample import Capture
from lca.training.identity import crops, load_identity
from lca.training.scores import Likenesses, Score, Views, truth_of

FEWEST = 50
"""People among whom finding the right one says something."""
QUERIES = {"top1_feed_forward": "feed_forward", "top1_refined": "refined", "ceiling": "truth"}
"""Score -> the pictures that ask; the ceiling asks with the true target frames."""


@torch.no_grad()
def likenesses(shown: Capture, wanted: Capture, feed_forward: Views, refined: Views) -> Likenesses:
    """Describe a person's photos, target frames, and renders in the place of these."""
    asked = [truth_of(wanted), feed_forward, refined]
    return Likenesses(
        described(truth_of(shown), shown.body_box), *(described(views, wanted.body_box) for views in asked)
    )


def described(views: Views, body_box: Tensor) -> Tensor:
    """Unit vectors of pictures over white."""
    return load_identity()(*crops(views, body_box))


def retrieved(people: Sequence[tuple[str, Likenesses]]) -> list[tuple[str, dict[str, Score]]]:
    """Of each capture, the share of its target frames for which the nearest photo of all is one of the same person."""
    gallery = torch.cat([one.photos for _, one in people])
    owners = [who for who, one in people for _ in one.photos]
    rows = []
    for who, one in people:
        scores: dict[str, Score] = {}
        for name, query in QUERIES.items():
            nearest = (getattr(one, query) @ gallery.T).argmax(-1).tolist()
            scores[name] = sum(owners[place] == who for place in nearest) / len(nearest)
        rows.append((who, scores))
    return rows
