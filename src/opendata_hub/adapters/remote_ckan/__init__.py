"""CKANs elsewhere, spoken to by ckanapi."""
