"""gpen weights, and fetching what another command lacks."""
