"""What is kept for clients of CKAN."""
