"""Who is in the picture: the network that finds the person, its guided edges, and the crops that the model reads.

Its own room because it stands before the model: `network` (weights), `cutout` (photo -> body and face squares), `fit` and
`frames` (how it is trained on the world).
"""
