"""``python -m tools.build``: builds in place, ready for ``import torchlike``."""

import argparse
import sys
from pathlib import Path

from tools.build.jobs import BuildError
from tools.build.pipeline import build
from tools.build.settings import ROOT, from_environment


def main():
    """Build as the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("--jobs", type=int, help="commands at the same time")
    parser.add_argument("--build-dir", type=Path, help="where objects go")
    parser.add_argument(
        "--output", type=Path, default=ROOT, help="folder that holds the package"
    )
    parser.add_argument(
        "--libraries", action="store_true", help="only the C libraries and headers"
    )
    arguments = parser.parse_args()
    if arguments.jobs is not None and arguments.jobs < 1:
        parser.error(f"--jobs must be at least 1, got {arguments.jobs}")
    try:
        settings = from_environment(arguments.build_dir, arguments.jobs)
        build(settings, arguments.output.resolve(), arguments.libraries)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
