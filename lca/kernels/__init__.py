"""What fused CPU kernels are written in, wherever in the package they stand.

`lanes` is a vector of sixteen floats as a numba type, `scalars` are a few small pieces, `runtime` compiles, caches and launches
kernels safely. Users: `lca.render.kernels` and `lca.geometry.kernels`.
"""
