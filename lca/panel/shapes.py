"""What the body's first shape coefficients do, in words.

Each coefficient was set to 1 and to -1 on the shipped body, and some forty measures of it taken: stature, volume, limbs, girths,
the head's. A name says what changes most against how much people of the shape space differ in it (`tests/panel/test_shapes.py`
measures it again). Principal components change everything a little: no slider changes one measure alone.
"""

SHAPE_NAMES = (
    "taller",
    "shorter legs, narrower shoulders",
    "longer legs and arms",
    "shorter arms, slimmer",
    "shorter neck, deeper chest",
    "narrower cheeks, chin forward",
    "longer feet, narrower cheeks",
    "shorter neck, longer trunk",
    "narrower head, closer eyes",
    "wider head, heavier",
)
"""Of a positive coefficient."""
