"""A loss a file: its formula, and a block of settings that builds and evaluates it."""
