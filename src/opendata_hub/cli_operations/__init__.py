"""Commands for those who keep a hub running."""
