"""Runs programs in a Python of their own, as compat.install() is for a process."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import torchlike


@pytest.fixture
def python(tmp_path):
    """Return a function that runs Python in an empty folder and returns the process."""
    folder = str(Path(torchlike.__file__).parent.parent)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": folder},
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file there, indented as the test is."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def output(python, write):
    """Return a function that runs a program with compat installed."""

    def run(program):
        write("program.py", program)
        process = python("-m", "torchlike", "run", "program.py")
        assert (process.returncode, process.stderr) == (0, "")
        return process.stdout

    return run
