"""The doors for people and machines: HTTP in, a flow, HTTP out."""
