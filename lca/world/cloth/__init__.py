"""Loose garments in motion: simulated cloth, the body as an obstacle, and how far one is from the other."""
