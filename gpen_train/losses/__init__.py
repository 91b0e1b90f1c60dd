"""Loss terms: a formula a file, with its weight and its start in settings.py."""
