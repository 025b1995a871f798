"""What the portal keeps beside the catalogue; all but reports can be made again from it."""
