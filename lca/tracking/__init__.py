"""From photographs of one person to pose, place, shape and camera: `observe`, then `solve`."""
