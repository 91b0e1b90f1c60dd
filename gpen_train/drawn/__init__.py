"""Drawn faces: a procedural source of aligned portraits, a function of (seed, index, resolution)."""

from gpen_train.drawn.render import draw_face
from gpen_train.drawn.source import DrawnFaces

__all__ = ["DrawnFaces", "draw_face"]
