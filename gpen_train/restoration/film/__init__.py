"""Films: read frame by frame, faces followed through time, written in parts, joined with their sound."""
