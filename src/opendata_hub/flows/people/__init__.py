"""What is done with accounts, keys and roles."""
