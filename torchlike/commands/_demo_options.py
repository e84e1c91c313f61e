"""The options of ``torchlike demo`` and the packages that it needs."""

import os
import sys
import tempfile

from torchlike import commands


def parse(arguments):
    """Return the options, checked; the output folder exists and can be written to."""
    parser = commands.Parser(
        "torchlike demo",
        description="Train a small ConvNet on real handwritten digits, save it, reload "
        "it, and draw how it learned and what it got wrong.",
    )

    def add(option, convert, default, meaning):
        text = f"{meaning}, default: {default}"
        parser.add_argument(option, type=convert, default=default, help=text)

    add("--epochs", commands.whole_number(1), 10, "times that every image is seen")
    add("--batch-size", commands.whole_number(1), 32, "images in one step")
    add("--lr", commands.positive_number, 0.002, "learning rate in the first epoch")
    add("--seed", commands.whole_number(0, 2**63 - 1), 3, "of all random numbers")
    add("--output", os.path.abspath, "torchlike-demo", "folder for the results")
    options = parser.parse_args(arguments)
    try:
        os.makedirs(options.output, exist_ok=True)
        tempfile.TemporaryFile(dir=options.output).close()
    except OSError as error:
        parser.error(f"argument --output: {options.output}: {error.strerror}")
    return options


def import_extras():
    """Return tqdm and the function that draws; exit if they are not installed."""
    # Optional packages, and nothing else in torchlike needs them.
    try:
        from tqdm import tqdm

        from torchlike.commands._picture import draw
    except ImportError as error:
        hint = 'pip install "torchlike[demo]"'
        sys.exit(f"torchlike demo: {error.name} is not installed: {hint}")
    return tqdm, draw
