"""A CKAN elsewhere, what it should say of our datasets, and what it says."""
