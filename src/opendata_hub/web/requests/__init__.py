"""Doors to requests for information."""
