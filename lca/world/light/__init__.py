"""Light, surroundings and film: rays, shading, backgrounds, occluders, exposure, drawings."""
