"""The numbers in rows of eyes, teeth and mouth (`lca.world.paint.materials`), by name.

Colours are linear RGB: the first number of three is named.
"""

IRIS, INNER_IRIS = 1, 4
"""Colours of an eye."""
CENTRE_X, CENTRE_Y, CENTRE_Z = 7, 8, 9
"""Canonical centre of the left eye, metres."""
IRIS_RADIUS, PUPIL_RADIUS = 10, 11
"""Angles about the eye's centre."""
SEED, YELLOWING = 12, 13
"""Seed of the iris' fibres; how yellow the white is."""

ENAMEL, GUMS = 1, 4
"""Colours of teeth."""

TINT = 1
"""What the colours of the inside of the mouth are multiplied with."""
