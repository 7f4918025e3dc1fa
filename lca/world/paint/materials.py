"""Rows of the material table: what a surface is made of.

A material is one row of `NUMBERS` floats; the first is its kind, which picks the function that paints it
(`lca.world.paint.surface`).
"""

SKIN, EYE, MOUTH, TEETH, LASH, CLOTH, SHOE, HAIR, FRAME, HEADWEAR = range(10)
"""Kinds of material."""
NUMBERS = 64
"""Numbers in a row."""
