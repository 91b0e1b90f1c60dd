"""How fast a model is restored with and trained here, against what the device can do at most."""
