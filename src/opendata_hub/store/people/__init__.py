"""Who is known here, and the keys that they hold."""
