"""GPEN in the registries of other programs."""
