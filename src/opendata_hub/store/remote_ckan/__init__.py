"""The CKANs elsewhere, their keys, and what was said there."""
