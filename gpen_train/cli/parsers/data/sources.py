"""Sources of clean images, in words."""

DRAWN = "drawn"
KINDS = (
    "a folder of images, a .zip of them, tar shards (a folder or a pattern), a Hugging Face dataset (a "
    "folder or a .parquet file), each here or at a URL, or the word drawn"
)
