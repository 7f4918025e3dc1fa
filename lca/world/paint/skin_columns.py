"""The numbers in a row of skin (`lca.world.paint.materials`), by name; metres and radians, places canonical.

Colours are linear RGB: the first number of three is named.
"""

TONE, FLUSHED_TONE, FLUSH = 1, 4, 7
"""Colour of the skin, its colour where blood shows, and how much it shows."""
FRECKLES, MOLES, SEED = 8, 9, 10
"""Strength of freckles and of moles; seed of all noise."""
LIP_COLOUR, HAIR_COLOUR = 11, 14
"""Of the lips; of brows, beard and hair roots."""
BROW_THICKNESS, BROW_HEIGHT, BROW_SLOPE, BROW_DENSITY = 17, 18, 19, 20
"""Height counts from the eye's centre."""
BEARD_DENSITY, SCALP_SHADOW = 21, 22
"""Of the beard painted on the skin; of the hair roots on the scalp."""
EYE_X, EYE_Y, EYE_Z = 23, 24, 25
"""Centre of the left eye."""
MOUTH_X, MOUTH_Y, MOUTH_Z, MOUTH_WIDTH = 26, 27, 28, 29
"""Centre of the mouth and half its width."""
UPPER_LIP, LOWER_LIP = 30, 31
"""Heights of the lips."""
CHIN_Y = 32
PALM_LIGHTNESS, EYE_SHADE = 33, 34
"""How much paler palms and soles are than the tone; how dark the skin round the eyes is."""
HEAD_X, HEAD_Y, HEAD_Z = 35, 36, 37
"""Centre of the head, about which the hairline is drawn."""
HAIRLINE = 38
"""Shift of the hairline in front."""
BROW_ARCH = 39
TEMPLES = 40
"""How far the hairline recedes at the temples."""
BEARD = 41
"""Which beard: 0 is shaven, else one of the numbers below."""
AGE_LINES = 42
"""Strength of the lines of age."""
SHADOW_COLOUR, EYE_SHADOW, LINER, BLUSH = 43, 46, 47, 48
"""Make-up: colour of the eye shadow, strength of it, of the liner and of the blush."""
POLISH, POLISH_COLOUR = 49, 50
"""Share of the nails' polish, and its colour."""
BALD = 54
"""Radius of a bald crown (0: none)."""

STUBBLE, FULL, MOUSTACHE, GOATEE, CIRCLE = 1, 2, 3, 4, 5
