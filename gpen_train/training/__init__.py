"""Training: Lightning modules, the averaged model and callbacks."""
