"""Copies of a hub as they lie outside of it."""
