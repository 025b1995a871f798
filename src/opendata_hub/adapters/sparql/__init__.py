"""Questions to the catalogue in SPARQL, each in a process of its own."""
