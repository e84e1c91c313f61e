"""The setuptools commands that make ``pip install .`` build everything."""

import shutil
import sys
from pathlib import Path

from setuptools import Distribution
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

from tools.build.jobs import BuildError
from tools.build.pipeline import build
from tools.build.settings import ROOT, from_environment


class BinaryDistribution(Distribution):
    """A distribution whose wheels belong to one platform and one Python."""

    def has_ext_modules(self):
        """Tell that there are compiled modules, which setuptools is not told of."""
        return True


class BuildPy(build_py):
    """Copies the Python files, after removing those that an earlier build left."""

    def run(self):
        """Run the command."""
        if not self.editable_mode:
            shutil.rmtree(Path(self.build_lib) / "torchlike", ignore_errors=True)
        super().run()


class BuildExt(build_ext):
    """Builds libraries, modules, headers and stubs with :mod:`tools.build.pipeline`."""

    def run(self):
        """Run the command."""
        output = ROOT if self.inplace else Path(self.build_lib).resolve()
        try:
            build(from_environment(), output)
        except BuildError as error:
            sys.exit(f"error: {error}")


COMMANDS = {"build_py": BuildPy, "build_ext": BuildExt}
