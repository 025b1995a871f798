"""Sources elsewhere, read page by page."""
