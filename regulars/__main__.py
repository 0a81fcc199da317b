"""The door for `regulars` and `python -m regulars`."""

import sys


def main() -> int:
    from regulars.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
