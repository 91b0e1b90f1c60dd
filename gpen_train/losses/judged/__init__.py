"""Losses that look through a pretrained network, a judge, which is frozen and comes from a file."""
