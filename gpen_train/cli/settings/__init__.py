"""Where the YAML files are, what they may hold, and how they become plain values."""
