"""``python -m stream_import_rules``: the same as ``stream-import``."""

from .cli import main

if __name__ == "__main__":
    main()
