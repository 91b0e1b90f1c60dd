"""Drawn faces: a procedural source of aligned portraits, a function of (seed, index, resolution)."""

from gpen_train.drawn.labels import draw_labels
from gpen_train.drawn.render import draw_face
from gpen_train.drawn.source import DrawnFaces, DrawnLabels

__all__ = ["DrawnFaces", "DrawnLabels", "draw_face", "draw_labels"]
