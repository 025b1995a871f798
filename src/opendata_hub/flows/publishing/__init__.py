"""What stewards do between handing in a file and its publication."""
