"""From the files of an answer to what the requester, and then everybody, may read."""
