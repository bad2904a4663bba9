"""The command `industry-report`: whoever ends it while it is still being loaded gets no traceback."""

import sys


def main() -> None:
    """Run the command line, which takes half a second to be loaded; see `cli.main`."""
    try:
        from .cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)  # the exit status that shells expect
    run()


if __name__ == "__main__":
    main()
