"""The numbers in rows of glasses and headwear (`lca.world.paint.materials`), by name.

Colours are linear RGB: the first number of three is named.
"""

COLOUR, SECOND, SPECULAR = 1, 4, 8
"""Of both: colours, strength of the highlight."""

FLECKS, FLECK_SEED = 7, 10
"""Of a frame: share of its flecks in the second colour (tortoiseshell), and their seed."""
EXPONENT = 9
"""Of frames and lenses: sharpness of the highlight."""
FADE = 11
"""Of a lens: how much paler it grows downwards."""

SEED, PATTERN = 9, 10
"""Of headwear: seed of all noise; which of the patterns below."""
SIZE, BAND_HEIGHT = 11, 12
"""Of headwear: size of the pattern (m; ribs per radian), height of the band (m)."""
FOLDS = 13
"""Of headwear: strength of the folds."""

PLAIN, RIBBED, BAND, STRIPES, DOTS, PAISLEY = range(6)
