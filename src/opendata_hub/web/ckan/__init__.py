"""The door for CKAN's clients: its actions, its envelope, its errors."""
