"""Finds the modules that today's Python rejects and loads them as their Python did.

Every module that the other finders find in a ``.py`` file is looked at, but for the
standard library; one that compiles is left alone. So it makes no difference whether old
code lies beside the script or among the installed packages.
"""

import sys
from importlib.machinery import SourceFileLoader

from torchlike.compat import _patches, _rewrite


class OldCodeFinder:
    """Finds what the other finders find, and changes how some of it is loaded."""

    def find_spec(self, name, path=None, target=None):
        """Return the spec of the module `name`, None if nobody finds it."""
        spec = self._ask_the_others(name, path, target)
        if spec is None:
            return None
        # Decided here and not by the loader, so that Python loads all other modules
        # with nothing of ours in between, in tracebacks either.
        if type(spec.loader) is SourceFileLoader and _is_old(spec):
            spec.loader = OldCodeLoader(spec.loader.name, spec.loader.path)
        if name in _patches.PATCHES:
            _patch_after_loading(spec.loader)
        return spec

    def _ask_the_others(self, name, path, target):
        for finder in sys.meta_path:
            # A finder without find_spec is ignored by Python, too.
            find_spec = getattr(finder, "find_spec", None)
            if finder is self or find_spec is None:
                continue
            spec = find_spec(name, path, target)
            if spec is not None:
                return spec
        return None


class OldCodeLoader(SourceFileLoader):
    """Compiles a module with `compile_old`.

    The byte code is not kept on disk: another Python would run a file that it has to
    reject.
    """

    def get_code(self, fullname):
        return _rewrite.compile_old(self.get_source(fullname), self.path)


def _is_old(spec):
    """Tell whether the module of `spec` needs `compile_old`."""
    if spec.name.partition(".")[0] in sys.stdlib_module_names:
        return False
    return _rewrite.is_old_file(spec.loader.path)


def _patch_after_loading(loader):
    """Make `loader`, which belongs to one module, patch the module when it has run."""
    exec_module = loader.exec_module

    def exec_and_patch(module):
        exec_module(module)
        _patches.apply(module)

    loader.exec_module = exec_and_patch
