"""In which formats images are packed."""

KEEP = "keep"
ENCODERS = {  # Pillow's options
    "png": {},
    "jpg": {"quality": 95, "subsampling": 0},  # colour at full resolution: these are targets
    "webp": {"quality": 95},
}
