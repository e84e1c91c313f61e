"""``python -m tools.codegen FOLDER`` writes the generated files."""

import sys

from . import generate

for path in generate(sys.argv[1]):
    print(path)
