"""Who somebody is: every choice from a seed, and the dressed, posed person that follows."""
