"""Mail: handed over, written down, fetched and read."""
