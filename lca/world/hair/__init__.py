"""Heads: scalp, haircuts, beards, headwear and glasses."""
