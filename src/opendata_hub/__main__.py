"""python -m opendata_hub, which the command opendata-hub is as well."""

import ctypes
import gc

HEAPS, M_ARENA_MAX = 2, -8
# Before any thread starts: glibc gives each a heap of its own, and what one lets go no other takes.
# After 4,000 filings that were 90 of 320 MB.
if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
    mallopt(M_ARENA_MAX, HEAPS)
gc.disable()
# Before the imports: they make half a million objects that stay, and to look through them for
# garbage takes a fifth of the start.

from opendata_hub.cli import main  # noqa: E402

gc.freeze()
gc.enable()
gc.set_threshold(200_000)
# For all that lives on, workers among it: with a million they would hold twice as much.

if __name__ == "__main__":
    main()
