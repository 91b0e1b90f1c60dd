"""From sources and a task to batches, for training and for evaluation."""
