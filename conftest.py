"""Makes the tests import the installed package.

``python -m pytest`` puts the current folder first on the path, where the package has
only what is written by hand. At the end of the path the folder still serves ``tools``,
and the package if it was built in place and none is installed.
"""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent)
sys.path[:] = [path for path in sys.path if path not in ("", ROOT)] + [ROOT]
