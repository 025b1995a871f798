"""What is done with the authorities of a hub."""
