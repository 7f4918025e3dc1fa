"""The columns of the human world, as Hugging Face features (the row itself is a format: `lca.formats.captures`)."""

from lca.formats.captures import ENCODED_FEATURES, FEATURES, PICTURES, SPLITS

__all__ = ["ENCODED_FEATURES", "FEATURES", "PICTURES", "SPLITS"]
