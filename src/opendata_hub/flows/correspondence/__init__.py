"""What happens between a desk and those who write to it."""
