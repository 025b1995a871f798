"""What citizens do with requests."""
