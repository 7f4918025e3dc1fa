"""The numba kernels of the CPU backend; `lca.render.views` calls them in order.

Projection (sixteen Gaussians at a time) -> binning -> tiles, and back: tiles_backward -> projection_backward. They
are written in the vectors of `lca.kernels`, which also compiles, caches and launches them.
"""
