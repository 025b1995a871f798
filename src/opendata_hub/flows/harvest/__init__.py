"""A catalogue elsewhere is read, and its records become part of this one."""
