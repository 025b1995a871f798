"""What is true: values and rules. No IO, no clock, no framework, no table."""
