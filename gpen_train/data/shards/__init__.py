"""WebDataset shards: tar files of images, here or behind http; read, written, verified."""
