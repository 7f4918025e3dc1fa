"""Rows of the material table: what a surface is made of.

A material is one row of `NUMBERS` floats; the first is its kind, which picks the function that paints it
(`lca.world.paint.surface`). What the others say has its names in `cloth_columns`, `eye_columns`, `hair_columns`,
`shoe_columns`, `skin_columns` and `wear_columns`, beside this file.
"""

KIND = 0
"""Where the kind stands."""
SKIN, EYE, MOUTH, TEETH, LASH, CLOTH, SHOE, HAIR, FRAME, HEADWEAR = range(10)
"""Kinds of material."""
PLAIN_COLOUR = 1
"""Where the linear RGB of a kind without a painter (lashes) begins."""
NUMBERS = 64
"""Numbers in a row."""


def triple(column: int) -> slice:
    """The three numbers of a colour or a place that begins at `column`."""
    return slice(column, column + 3)
