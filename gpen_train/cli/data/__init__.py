"""`gpen data`: check, align, pack, degrade and draw faces; a file a command."""
