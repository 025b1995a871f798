"""What readers of the portal are shown, beside the records themselves."""
