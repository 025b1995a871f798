"""What keeps the doors: whose word is believed, what is refused before anybody is asked."""
