"""The command ``torchlike``, the same as ``python -m torchlike``."""

import importlib
import sys

from torchlike.version import __version__

# Each is a module of torchlike.commands whose main() takes the arguments that follow.
COMMANDS = {
    "convert": "write a file of tensors in another format",
    "demo": "train a small ConvNet on handwritten digits",
    "info": "show versions, CPU, threads and folders",
    "inspect": "list what is in a file of tensors",
    "run": "run a script written for PyTorch 0.3, unchanged",
}

HELP = """\
usage: torchlike COMMAND [options]

PyTorch 0.3 on today's Python.

{commands}

  -h, --help     show this help
  -V, --version  show the version

`torchlike COMMAND --help` tells about a command."""


def main(arguments=None):
    """Run the command that `arguments` name.

    Parameters
    ----------
    arguments : list of str, default: those of the process

    Returns
    -------
    int or None
        the exit code; None is success
    """
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        rows = (f"  {name:<14} {summary}" for name, summary in COMMANDS.items())
        print(HELP.format(commands="\n".join(rows)))
        return 0
    if name in ("-V", "--version"):
        print(f"torchlike {__version__}")
        return 0
    if name not in COMMANDS:
        known = ", ".join(COMMANDS)
        print(f"torchlike: no command {name!r}, there are {known}", file=sys.stderr)
        return 2
    return importlib.import_module(f"torchlike.commands.{name}").main(rest)


if __name__ == "__main__":
    sys.exit(main())
