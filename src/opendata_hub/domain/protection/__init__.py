"""What keeps callers apart and in bounds: networks, paces, tokens of forms, failed sign-ins."""
