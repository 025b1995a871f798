"""Acts of those who keep a hub running."""
