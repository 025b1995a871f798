"""The public register of requests, and the figures that are counted from it."""
