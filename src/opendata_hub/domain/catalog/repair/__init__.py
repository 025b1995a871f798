"""Repairs of what spreadsheets do to a table: proposed, proved, never imposed."""
