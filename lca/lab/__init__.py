"""What notebooks call: figures, probes, controls, and playing an avatar."""
