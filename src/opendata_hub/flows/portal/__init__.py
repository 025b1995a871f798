"""Acts of the portal beside the catalogue's own."""
