"""Training: one step from top to bottom, the Lightning shell around it, and what happens every so often."""
