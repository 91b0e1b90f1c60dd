"""Weights of other systems and of training, by their layout."""
