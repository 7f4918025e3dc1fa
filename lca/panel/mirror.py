"""The other side: which channel does on the right what one does on the left."""

from functools import lru_cache

from lca.panel.channels import channels

ACROSS = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
"""Movements of what stands in the middle: their twin would undo them."""
SIDES = (("left_", "right_"), ("Left", "Right"))


@lru_cache(maxsize=1)
def twins() -> dict[str, str]:
    """channel -> the same of the other side, both ways."""
    made = {}
    for left, right in SIDES:
        for name in channels():
            twin = name.replace(left, right)
            if twin != name and twin in channels() and name not in ACROSS:
                made |= {name: twin, twin: name}
    return made
