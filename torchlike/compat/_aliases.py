"""Gives modules a second name: ``torch.nn`` is the object ``torchlike.nn``."""

import importlib
import sys
from importlib.machinery import ModuleSpec

# The old name of a module and its name today; names below them follow.
ALIASES = {
    "torch": "torchlike",
    "torchvision": "torchlike.vision",
    "xml.etree.cElementTree": "xml.etree.ElementTree",
}
if sys.version_info >= (3, 12):
    ALIASES["imp"] = "torchlike.compat._old_imp"


class AliasFinder:
    """Finds the modules of `ALIASES`, and their submodules, under their old names."""

    def find_spec(self, name, path=None, target=None):
        """Return the spec of the alias `name`, None if `name` is none.

        Raises
        ------
        ModuleNotFoundError
            if torchlike has no module for a top-level alias
        """
        old = _alias_of(name)
        if old is None:
            return None
        real_name = ALIASES[old] + name[len(old) :]
        try:
            module = importlib.import_module(real_name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{real_name}.".startswith(f"{error.name}."):
                raise
            if "." in name:
                return None
            # A module of that name installed elsewhere belongs to the real torch.
            raise ModuleNotFoundError(
                f"No module named {name!r}: it would be {real_name}, which this "
                "version of torchlike does not have",
                name=name,
            ) from None
        return ModuleSpec(
            name, _AliasLoader(module), is_package=hasattr(module, "__path__")
        )


class _AliasLoader:
    """Loads an alias by handing out the module itself, which is not executed again."""

    def __init__(self, module):
        self.module = module
        self.spec = module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        # The import system has just put the spec of the alias here.
        module.__spec__ = self.spec


def check_nothing_imported():
    """Raise RuntimeError if one of our names belongs to somebody else already."""
    for old, real_name in ALIASES.items():
        module = sys.modules.get(old)
        if real_name.startswith("torchlike") and module is not None:
            raise RuntimeError(
                f"compat.install() has to come before the first `import {old}`: "
                f"{getattr(module, '__file__', old)} is imported already"
            )


def forget():
    """Remove the aliases from sys.modules; the modules stay under their own names."""
    for name in [name for name in sys.modules if _alias_of(name)]:
        del sys.modules[name]


def _alias_of(name):
    """Return the entry of `ALIASES` that covers `name`, or None."""
    for old in ALIASES:
        if name == old or name.startswith(f"{old}."):
            return old
    return None
