"""Our datasets are brought to a CKAN elsewhere."""
