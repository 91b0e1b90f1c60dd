"""What gpen train and evaluate say of their settings; none of it imports torch."""
