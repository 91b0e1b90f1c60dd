"""Detectors of faces: one whose weights are in a package, and those of packages that a user has."""
