"""What keeps a hub running: its schedule, its examination, its copies."""
