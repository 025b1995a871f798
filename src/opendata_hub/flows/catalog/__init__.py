"""What stewards do with files and datasets, and what aggregators read."""
