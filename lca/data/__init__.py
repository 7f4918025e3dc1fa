"""Captures as tensors: what training and evaluation read."""

from lca.data.circumstances import Circumstances, Surface
from lca.data.datasets import load_world
from lca.data.sample import Capture, capture_frames
from lca.data.schema import FEATURES

__all__ = ["FEATURES", "Capture", "Circumstances", "Surface", "capture_frames", "load_world"]
