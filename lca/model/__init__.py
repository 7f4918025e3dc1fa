"""Everything with weights, and the paper's three verbs but `render`: photos -> avatar -> driven Gaussians. Never
renders.

`network.LCA` composes the parts in the order of the figure: `cutout`, `encoder`, `template`, `fusion`,
`correspondence`,
`decoder`, `driver`.
"""
