"""``torchlike info``: what this installation consists of, one fact a line."""

import importlib.metadata
import os
import platform

import torchlike
from torchlike import commands


def main(arguments):
    """Print the facts."""
    parser = commands.Parser("torchlike info", description=__doc__)
    parser.parse_args(arguments)
    for name, value in facts().items():
        print(f"{name:<12} {value}")


def facts():
    """Return the facts as a dict from name to text."""
    core = torchlike._C.info()
    folder = os.path.dirname(torchlike.__file__)
    return {
        "torchlike": torchlike.__version__,
        "Python": platform.python_version(),
        "NumPy": _version("numpy"),
        "OpenBLAS": core["openblas"].removeprefix("OpenBLAS "),
        "CPU level": core["cpu_level"],
        "threads": core["num_threads"],
        "cache limit": f"{core['cache_limit'] / 2**20:.0f} MiB",
        "CUDA": "no",
        "libraries": os.path.join(folder, "lib"),
        "headers": os.path.join(folder, "include"),
    }


def _version(distribution):
    """Return the version of an installed distribution; nothing of it is imported."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
