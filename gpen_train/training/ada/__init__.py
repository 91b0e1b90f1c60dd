"""Adaptive discriminator augmentation."""
