"""What outside tools do for the dialect of CKAN."""
