"""People follow what is published, and are told what is new."""
