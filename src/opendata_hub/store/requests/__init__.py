"""Requests as those who handle them see them."""
