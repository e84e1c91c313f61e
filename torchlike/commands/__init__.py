"""The commands of ``torchlike``, one module each, and what they share."""

import argparse
import math

__all__ = ["Parser", "positive_number", "whole_number"]


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line and exits with 2."""

    def error(self, message):
        """Report what is wrong with the arguments and exit."""
        self.exit(2, f"{self.prog}: {message}\n")


def whole_number(least, most=math.inf):
    """Return a converter of arguments that accepts `least` to `most`."""

    def convert(text):
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"expected a whole number, got {text!r}"
            ) from None
        if value < least:
            raise argparse.ArgumentTypeError(f"expected at least {least}, got {text}")
        if value > most:
            raise argparse.ArgumentTypeError(f"expected at most {most}, got {text}")
        return value

    return convert


def positive_number(text):
    """Convert an argument to a finite float greater than 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(
            f"expected a number greater than 0, got {text!r}"
        )
    return value
