"""What is kept of mails and letters."""
