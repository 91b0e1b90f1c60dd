"""WebDataset shards: tar files, here or behind a server, of which single images are read."""
