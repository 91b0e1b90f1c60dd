"""Films: read frame by frame, faces followed through time, written in parts, joined with their sound.

All but ``names``, ``codecs``, ``smooth``, ``track`` and ``stopping`` import PyAV, of the extra `film`: they
are imported late, after ``names.check_installed``.
"""
