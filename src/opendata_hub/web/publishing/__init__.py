"""Pages of stewards: what is to be published, a file with its faults, words, publication."""
