"""What happens to the public register: it is read, published, filled from old ones, reported on."""
