"""Sources and their runs, for programs and for readers."""
