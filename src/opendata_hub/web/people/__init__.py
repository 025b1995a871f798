"""Doors to what concerns people: accounts, roles, the journal."""
