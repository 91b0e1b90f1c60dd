"""What `gpen evaluate` is given: data, systems, judges, processes."""
