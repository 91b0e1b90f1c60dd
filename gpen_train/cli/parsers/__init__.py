"""What the commands take.

Nothing here imports what carries them out: --help and a mistake are answered at once.
"""
