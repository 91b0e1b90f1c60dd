"""Tools that make data sets: look through, align, pack, freeze."""
