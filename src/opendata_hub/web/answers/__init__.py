"""Doors to the files of a case, for officers, for who asked, and for everybody."""
