"""What is known of stored images without opening them, kept from one start to the next."""
