"""What more a capture can be asked: groups of report.json beside the scores that everybody has.

Others are asked when an evaluation names them; `lca.training.stage_probes` has those of the stages.
"""

from collections.abc import Callable
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
"""(model, who is measured) -> scores by name, or nothing; the report has their means over people and 95% intervals."""
