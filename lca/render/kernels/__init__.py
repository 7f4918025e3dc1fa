"""The numba kernels of the CPU backend; `lca.render.views` calls them in order.

Projection (sixteen Gaussians at a time) -> binning -> tiles, and back: tiles_backward -> projection_backward. `lanes` is the
vector type they are written in, `runtime` compiles, caches and launches them.
"""
