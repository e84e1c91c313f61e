"""What having the library costs: time and memory of an import, disk space."""

import os
import subprocess
import sys
import time
from pathlib import Path

import torch
from timing import Item

_TIMES = 10

_RESIDENT = """
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmRSS:")).split()[1])
"""


def _run(program):
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _fastest(program):
    def once():
        began = time.perf_counter()
        _run(program)
        return time.perf_counter() - began

    return min(once() for _ in range(_TIMES))


def _import_time():
    """Return the time of an import in a fresh process, without that of Python."""
    return _fastest(f"import {torch.__name__}") - _fastest("pass")


def _memory():
    """Return the resident bytes that an import adds to a fresh process."""
    with_library = int(_run(f"import {torch.__name__}" + _RESIDENT))
    return (with_library - int(_run(_RESIDENT))) * 1024


def _installed():
    """Return the bytes of the package's folder."""
    folder = Path(torch.__file__).parent
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(os.lstat(path).st_size for path in files)


ITEMS = [
    Item("import", "import", measure=_import_time),
    Item("memory after import", "memory", measure=_memory, unit="B"),
    Item("installed size", "size", measure=_installed, unit="B"),
]


def setup():
    return {}
