"""Weights in and out: every layout, read without executing what is in the file."""
