"""The formats of checkpoint files, read byte by byte: nothing in a file is ever executed."""
