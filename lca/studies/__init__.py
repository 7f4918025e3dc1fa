"""Studies: each trains the rows of one of the paper's tables several times, small, and sets the figures beside the paper's."""
