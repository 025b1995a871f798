"""Prove or replay: most rows are proved sound in bulk, the others are read by Frictionless."""
