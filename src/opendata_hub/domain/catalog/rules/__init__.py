"""The language in which packs say what a whole row, a group or another table must agree on."""
