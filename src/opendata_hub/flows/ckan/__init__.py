"""What CKAN's clients ask for, done by the flows of the catalogue."""
