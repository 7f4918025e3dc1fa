"""What people of each stage are asked beside the scores that everybody has."""

from collections.abc import Mapping

from lca.training.garment_probe import probe_garments, probe_skirts, probe_trousers
from lca.training.probes import Probe
from lca.training.relight_probe import probe_relight

OF_STAGES: Mapping[str, Mapping[str, Probe]] = {
    "runway": {"garments": probe_garments},
    "wild": {"skirts": probe_skirts, "trousers": probe_trousers},
    "lightstage": {"relight": probe_relight},
}
"""Stage of the captures -> group of the report -> what measures one of them."""
