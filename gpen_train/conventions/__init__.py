"""What tasks agree on: their names, and the colours of label maps."""
