"""What is true of those who come to the hub: their roles, and the one rule of what they may do."""
