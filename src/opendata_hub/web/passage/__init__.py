"""What is noted of every call as it passes, and never what was said in it."""
