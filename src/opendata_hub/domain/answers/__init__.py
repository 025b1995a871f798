"""What comes with a request and what is handed over: files, what hides in them, who has them."""
