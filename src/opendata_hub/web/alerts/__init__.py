"""What is followed: feeds of a dataset and of an entity, alerts by e-mail."""
