"""The parts of `lca.training.refine`: what a photo is, who sees whom, on which surface changes spread, and how they are found."""
