"""Who asked, as it is kept: sealed, apart from the requests."""
