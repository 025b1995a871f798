"""Doors to the authorities of the hub."""
