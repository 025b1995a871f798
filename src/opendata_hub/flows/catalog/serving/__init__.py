"""What others read of the catalogue: records, feeds, dumps, rows, answers and what is found."""
