"""A training run put together: its folder, module, data, Trainer, loggers and report."""
