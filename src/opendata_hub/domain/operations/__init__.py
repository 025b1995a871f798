"""What those who keep a hub running look at."""
