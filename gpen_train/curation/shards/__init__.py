"""Shards written, and compared with their checksums."""
