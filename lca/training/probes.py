"""What more a capture can be asked: groups of report.json beside the scores that everybody has.

A stage's own questions stand in `OF_STAGES`; others are asked when an evaluation names them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lca.data.batch import Batch
from lca.data.sample import Capture
from lca.data.sources import Recording
from lca.model.network import LCA
from lca.training.scores import Score


@dataclass(frozen=True)
class Subject:
    """A person who is measured: the capture on disk, the example made of it, and its frames that are photos and targets."""

    recording: Recording
    example: Batch
    shown: Capture
    wanted: Capture


Probe = Callable[[LCA, Subject], dict[str, Score]]
"""(model, who is measured) -> scores by name; the report has their means over people and 95% intervals."""

OF_STAGES: Mapping[str, Mapping[str, Probe]] = {}
"""Stage of the captures -> group of the report -> what measures one of them."""
