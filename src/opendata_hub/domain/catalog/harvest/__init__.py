"""What aggregators are told: changes, pages of the catalogue, feeds, site maps."""
