"""Makes the children of ``multiprocessing`` accept old code as their parent does.

A forked child has everything. One that starts afresh (spawn, forkserver) first
unpickles a dictionary of settings from its parent, then loads the main script. An
object is added to that dictionary which, when unpickled, installs the compatibility
there.
"""

import os

_FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Only built-in functions can be used before torchlike is known to be importable there:
# the child gets the path of its parent later.
_PROGRAM = f"""
import sys
if {_FOLDER!r} not in sys.path:
    sys.path.append({_FOLDER!r})
import torchlike.compat
torchlike.compat.install()
"""


class _InstallThere:
    """An object whose unpickling installs the compatibility."""

    def __reduce__(self):
        return exec, (_PROGRAM, {})


def inherit(get_preparation_data):
    """Wrap the function of `multiprocessing` that makes the settings of a child."""

    def get_preparation_data_and_compat(name):
        return {"torchlike.compat": _InstallThere(), **get_preparation_data(name)}

    return get_preparation_data_and_compat
