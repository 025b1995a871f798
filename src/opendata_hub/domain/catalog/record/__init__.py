"""The record: which field of ours is which property of DCAT-AP, and all that follows from it."""
