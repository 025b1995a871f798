"""What search knows of a dataset, what a reader may ask, and how words are compared."""
