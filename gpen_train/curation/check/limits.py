"""From where on something is a fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """From where on something is a fault, and how many images with a fault are too many."""

    min_size: int  # pixels of the shorter side
    min_sharpness: float = 0.1  # see facts.sharpness
    max_bits: int = 24  # of the 256 of a hash: images that differ in no more look alike
    max_share: float = 0.01  # of all images
