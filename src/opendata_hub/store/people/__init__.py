"""Who is known here: people and public bodies, and the keys that they hold."""
