"""Doors for those who keep a hub running, and for the machines that help them."""
