"""Correspondence and colour transport: beyond the paper, and where small models gain most.

`dense` predicts which canonical point of the person every second pixel shows (photos alone suffice, no pose and no camera);
`carry` takes each pixel's colour, its distance from the body and a learned feature to the Gaussians `nearest` to that point;
`evidence` is what arrives there, and `seam` the one door through which the network uses all of it, or nothing.
"""
