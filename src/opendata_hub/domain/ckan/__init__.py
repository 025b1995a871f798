"""CKAN's words for what the hub knows: packages, resources, licences, queries."""
