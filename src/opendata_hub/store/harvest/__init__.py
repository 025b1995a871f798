"""Sources, runs, what was harvested and what was kept apart."""
