"""The numbers in a row of cloth (`lca.world.paint.materials`), by name; metres unless said otherwise.

Colours are linear RGB: the first number of three is named.
"""

COLOUR, SECOND, THIRD = 1, 4, 7
PRINT, SIZE, SHARE, SEED = 10, 11, 12, 13
"""Index into PRINTS, size of a repeat, share of the second colour, seed of all noise."""
FOLDS, WEAVE = 14, 15
"""Strength of the folds and of the threads' unevenness."""
LOGO_X, LOGO_Y, LOGO_RADIUS = 16, 17, 18
LAYOUT = 19
"""How the cloth is unrolled: TOP, SKIRT or LEGS."""
SPECULAR, EXPONENT, LOW, HIGH = 20, 21, 22, 23
"""Highlight; the heights (y) between which a gradient runs."""
FABRIC = 24
RIB = 25
"""Width of the ribbed borders (0: none)."""
CLOSURE, GAP, SPREAD = 26, 27, 28
"""How the front closes, and the half gap and its widening of an open front (as in `tops.Top`)."""
POCKETS, TRIM = 29, 30
"""Kind of pockets; colour of stitches, buttons, zip, cords, stripes and belt (three numbers)."""
LOWER = 33
"""Height (y) of the hem."""
BELT, STRIPE, CREASE, WEAR, CORD = 34, 35, 36, 37, 38
"""Width of the belt, of side stripes; strength of a pressed crease, of worn places; 1 with a drawn cord."""
SLEEVE = 39
"""Length of the sleeve from the shoulder joint."""
GATHER = 40
"""1 where ribs or a waistband draw the hem in, so that it creases."""
YOKE = 41
"""1 with the seams of a denim jacket or a yoke."""
UPPER = 42
"""Height (y) of the upper border of trousers and skirts."""

TOP, SKIRT, LEGS = range(3)
JERSEY, DENIM, KNIT, WOVEN, CORDUROY, SATIN, LEATHER, FLEECE, TWEED = range(9)
OPEN, BUTTONS, ZIP, PLACKET, FLY = range(5)
NO_POCKET, CHEST, KANGAROO, SLANTED, JEANS, CARGO, FLAPS = range(7)
