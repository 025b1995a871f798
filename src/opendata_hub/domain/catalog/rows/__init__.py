"""The rows of a dataset: which columns they have, what may be asked of them."""
