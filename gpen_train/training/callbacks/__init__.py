"""What happens every so many images: progress, reports, checkpoints."""
