"""Tables that people send: read, found to be sound or not, and told why."""
