"""What people follow: a dataset, a search, an entity; and how they are told of news."""
