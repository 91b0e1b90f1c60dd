"""Where clean images come from: folders, archives, shards, datasets, and views of them."""
