"""``python -m stream_import_rules``: the same as ``stream-import``."""

import sys

from .signals import catch, exit_code


def main() -> None:
    """The entry point of the command."""
    catch()
    try:
        from .cli import main as command

        command()
    except KeyboardInterrupt:  # before the command has begun, or when it is already done
        sys.stderr.write("stream-import: interrupted\n")
        sys.exit(exit_code())


if __name__ == "__main__":
    main()
