"""Blind degradations: blur, resize, noise, compression and colour, composed by chain.py."""

import os

# albumentations asks the network for its newest version when it is imported, unless told not to.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
