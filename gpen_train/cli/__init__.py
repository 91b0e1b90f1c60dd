"""The `gpen` command. Configuration stops here: everything below takes plain values."""
