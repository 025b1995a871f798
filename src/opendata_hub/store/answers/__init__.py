"""Files of cases, kept."""
