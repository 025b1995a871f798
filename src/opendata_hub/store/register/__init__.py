"""The entries of the public register, as their events make them."""
