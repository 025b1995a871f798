"""Work that waits for a worker."""
