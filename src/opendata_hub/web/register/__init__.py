"""The doors of the public register and its statistics."""
