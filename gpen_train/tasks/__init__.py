"""Tasks: how a clean image becomes a pair of degraded and clean."""
