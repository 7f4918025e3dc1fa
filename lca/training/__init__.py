"""Both stages of training, their losses and metrics, and the evaluation on held-out people."""
