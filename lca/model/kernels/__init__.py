"""The numba kernels of colour transport on the CPU.

`nearest` finds the Gaussians round a point; `carry` shares what pixels show among them and takes gradients back.
`lca.model.transport.nearest` and `lca.model.transport.carry_cpu` launch them.
"""
