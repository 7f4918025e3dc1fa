"""The numbers in a row of shoes (`lca.world.paint.materials`), by name; metres.

Colours are linear RGB: the first number of three is named.
"""

UPPER, SOLE, ACCENT = 1, 4, 7
"""Colours."""
STYLE = 10
"""Which of the styles below."""
SOLE_HEIGHT, SEED = 11, 12
"""Height of the sole above the ground; seed of all noise."""
LACES = 13
"""1 with laces."""
SPECULAR, EXPONENT = 14, 15
"""Strength and sharpness of the highlight."""
BORDER = 16
"""Height of a boot's upper border (0: no boot)."""

PLAIN, CAP, SIDE_STRIPES, HEEL, PANELS, LACED, BALLET, BOOT = range(8)
