"""What is kept beside a request."""
