"""Photographs as files have them, with all that is lost where only pixels are read."""
