"""What stewards prepare, as it is kept."""
