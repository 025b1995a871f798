"""python -m opendata_hub, which the command opendata-hub is as well."""

import gc

gc.set_threshold(200_000)
# Before the imports: they make half a million objects that stay, and to look through them for
# garbage after each 700 took a fifth of the start.

from opendata_hub.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
