"""Pages for readers that are made of more than one record."""
