"""What is true of laws, calendars, deadlines and information requests."""
