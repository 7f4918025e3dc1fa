"""The numba kernels of skinning on the CPU; `lca.geometry.skinning_cpu` launches them.

`polar` turns sixteen blended matrices into quaternions and carries gradients back, `skinning` does the rest of a block of sixteen
points or Gaussians, forwards and backwards.
"""
