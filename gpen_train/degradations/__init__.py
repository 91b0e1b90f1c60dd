"""Blind degradations: blur, resize, noise, compression and colour, composed by chain.py."""
