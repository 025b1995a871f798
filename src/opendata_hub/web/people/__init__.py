"""The doors for people: signing in, their own account, and who works here."""
