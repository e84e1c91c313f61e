"""Compares what a C library exports with what its public headers declare.

``python -m tools.check.symbols FOLDER`` prints the differences for the libraries in
``FOLDER/lib`` and the headers in ``FOLDER/include``, such as an installed torchlike.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

LIBRARIES = ("TH", "THNN")

# Headers that others include several times, once per type.
FRAGMENTS = ("THTypedFamilies.h",)

# What TH_API expands to, with the spaces that a preprocessor may leave.
_EXPORT = re.compile(
    r'extern\s+__attribute__\s*\(\(visibility\s*\("default"\)\)\)\s*([^;]+);'
)
_LINE_MARKER = re.compile(r'^# \d+ "([^"]*)"')
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)\s*$", re.DOTALL)


def public_headers(include, library):
    """Return the headers of a library that can be included, as "TH/TH.h" and so on."""
    paths = sorted((include / library).glob("*.h"))
    return [f"{library}/{path.name}" for path in paths if path.name not in FRAGMENTS]


def declared(include, library, compiler="cc"):
    """Return how often the public headers of a library declare each of its symbols.

    Parameters
    ----------
    include : Path
        The folder that holds ``TH/TH.h`` and ``THNN/THNN.h``.
    library : str
        "TH" or "THNN".
    compiler : str
        A C compiler, used as preprocessor.

    Returns
    -------
    collections.Counter of str
    """
    headers = public_headers(include, library)
    source = "".join(f"#include <{header}>\n" for header in headers)
    command = [compiler, "-E", "-DTH_INTERNAL", f"-I{include}", "-x", "c", "-"]
    result = subprocess.run(
        command, input=source, capture_output=True, text=True, check=True
    )
    own = f"{include}/{library}/"
    lines, inside = [], False
    for line in result.stdout.splitlines():
        marker = _LINE_MARKER.match(line)
        if marker:
            inside = marker[1].startswith(own)
        elif inside:
            lines.append(line)
    names = Counter()
    for declaration in _EXPORT.findall("\n".join(lines)):
        head = _ATTRIBUTE.sub("", declaration).split("(")[0].split("[")[0]
        names[re.findall(r"\w+", head)[-1]] += 1
    return names


def exported(library):
    """Return the set of symbols that a shared library defines for others."""
    command = ["nm", "-D", "--defined-only", str(library)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in result.stdout.splitlines()}


def tools_available():
    """Tell whether the C compiler and nm, which the checks need, are there."""
    return bool(shutil.which("cc") and shutil.which("nm"))


def main(folder):
    """Print the differences for the package in a folder; return the exit status."""
    status = 0
    for library in LIBRARIES:
        names = declared(folder / "include", library)
        symbols = exported(folder / "lib" / f"lib{library}.so")
        problems = [
            ("declared but not exported", sorted(set(names) - symbols)),
            ("exported but not declared", sorted(symbols - set(names))),
            ("declared more than once", sorted(n for n, c in names.items() if c > 1)),
        ]
        for problem, found in problems:
            if found:
                status = 1
                print(f"lib{library}.so: {problem}: {' '.join(found)}")
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
