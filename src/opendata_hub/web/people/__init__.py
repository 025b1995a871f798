"""The doors for people: signing in, their own account, who works here, the journal."""
