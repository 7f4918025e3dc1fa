"""The undressed shape: triangle meshes, one person's figure, the scene that is drawn, and random numbers by name."""
