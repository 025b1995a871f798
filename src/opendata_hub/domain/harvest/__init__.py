"""What is read elsewhere: sources, their records in our words, and what becomes of them."""
