"""Filing a request: what the form asks for, once and not twice, and what is shown before."""
