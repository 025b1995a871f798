"""What is true of datasets, their files, their checks and their records."""
