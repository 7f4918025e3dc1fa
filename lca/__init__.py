"""LCA workbench: photos in, driven Gaussian avatar out.

    photos --reconstruct--> avatar --drive(theta, eps, psi)--> Gaussians --render(camera)--> image

Each arrow is one function: `lca.model.reconstruct`, `lca.model.drive`, `lca.render.render`. The table in README.md
says which file and which equation of the paper (arXiv 2604.02320) each arrow is.
"""

__version__ = "0.1.0"
