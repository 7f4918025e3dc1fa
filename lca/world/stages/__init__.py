"""The six stages that film people, and a capture: one person on one stage."""
