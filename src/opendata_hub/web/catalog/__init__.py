"""Doors to datasets: for machines, for stewards, for readers."""
