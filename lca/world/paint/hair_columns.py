"""The numbers in a row of hair (`lca.world.paint.materials`), by name.

Colours are linear RGB: the first number of three is named.
"""

ROOT, TIP = 1, 4
"""Colours of a strand's ends."""
STRANDS = 7
"""Per radian round the head."""
CONTRAST, SEED = 8, 9
"""Between strands; seed of all noise."""
CURL = 10
"""How far strands wander sideways."""
GLOSS, EXPONENT = 11, 12
"""Strength and sharpness of the highlight."""
GREY, KINK = 13, 14
"""Share of white hairs; how much of the strands' direction is lost to tight curls."""
DIPPED = 15
"""How sharply the tips are coloured (0: evenly from the root on)."""
