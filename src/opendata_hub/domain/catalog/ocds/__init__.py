"""Purchases as releases of the Open Contracting Data Standard, OCDS 1.1."""
