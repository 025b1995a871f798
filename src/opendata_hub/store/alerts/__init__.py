"""Alerts by e-mail: who follows what, and what there is to tell."""
