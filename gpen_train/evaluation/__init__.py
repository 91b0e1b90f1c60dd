"""Evaluation: image metrics and the pages that show them."""
