"""Hands the build over to tools/build; everything else is in pyproject.toml."""

import sys
from pathlib import Path

from setuptools import setup

sys.path.insert(0, str(Path(__file__).resolve().parent))
from tools.build.commands import COMMANDS, BinaryDistribution  # noqa: E402

setup(cmdclass=COMMANDS, distclass=BinaryDistribution)
