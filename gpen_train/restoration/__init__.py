"""Restoring images: from files in to files out."""
