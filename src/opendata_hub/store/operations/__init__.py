"""What the store tells those who keep a hub running."""
