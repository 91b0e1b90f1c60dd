"""Sources of clean images, and the way from them to batches."""
