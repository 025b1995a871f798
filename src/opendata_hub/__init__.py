"""Open data and access-to-information requests in one house, for public authorities."""
