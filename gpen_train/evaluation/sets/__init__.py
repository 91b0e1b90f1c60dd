"""Distances of sets of images, from the features of a network."""
