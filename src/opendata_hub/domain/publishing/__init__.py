"""What stewards prepare and when it is due: values and rules."""
