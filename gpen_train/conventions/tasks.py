"""The tasks by their names: how file names and versions call them, and how a sentence does."""

from typing import NamedTuple


class Named(NamedTuple):
    """A task in other words than its name."""

    label: str  # as in GPEN-Inpainting-1024.pth
    phrase: str


SEG2FACE = "seg2face"  # the one whose inputs are no photographs
TASKS = {
    "bfr": Named("BFR", "blind face restoration"),
    "inpainting": Named("Inpainting", "face inpainting"),
    "colorization": Named("Colorization", "face colorization"),
    SEG2FACE: Named("Seg2face", "faces from label maps"),
    "sr": Named("SR", "face super-resolution"),
}
