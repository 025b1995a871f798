"""python -m opendata_hub."""

from opendata_hub.cli import main

if __name__ == "__main__":
    main()
