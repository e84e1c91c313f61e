"""What the module ``imp`` offered before Python 3.12 removed it."""

import importlib
import importlib.util
import os
import sys
import types
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    BuiltinImporter,
    ExtensionFileLoader,
    FrozenImporter,
    PathFinder,
    SourcelessFileLoader,
)
from importlib.util import cache_from_source, source_from_cache

from torchlike.compat import _old_code

__all__ = [
    "cache_from_source",
    "find_module",
    "get_suffixes",
    "load_compiled",
    "load_dynamic",
    "load_module",
    "load_source",
    "new_module",
    "reload",
    "source_from_cache",
]

PY_SOURCE = 1
PY_COMPILED = 2
C_EXTENSION = 3
PKG_DIRECTORY = 5
C_BUILTIN = 6
PY_FROZEN = 7

reload = importlib.reload
new_module = types.ModuleType


def get_suffixes():
    """List (suffix, mode to open, type) for all kinds of module files."""
    return [
        *((suffix, "rb", C_EXTENSION) for suffix in EXTENSION_SUFFIXES),
        *((suffix, "r", PY_SOURCE) for suffix in SOURCE_SUFFIXES),
        *((suffix, "rb", PY_COMPILED) for suffix in BYTECODE_SUFFIXES),
    ]


def find_module(name, path=None):
    """Find a module; return its open file, path and (suffix, mode, type).

    Parameters
    ----------
    name : str, without dots
    path : list of str, default: built-in modules, then ``sys.path``

    Raises
    ------
    ImportError
        if there is none
    """
    if path is None:
        for finder, kind in ((BuiltinImporter, C_BUILTIN), (FrozenImporter, PY_FROZEN)):
            if finder.find_spec(name):
                return None, None, ("", "", kind)
    spec = PathFinder.find_spec(name, path)
    if spec is None or spec.origin is None:
        raise ImportError(f"No module named {name!r}", name=name)
    if spec.submodule_search_locations is not None:
        return None, os.path.dirname(spec.origin), ("", "", PKG_DIRECTORY)
    for suffix, mode, kind in get_suffixes():
        if spec.origin.endswith(suffix):
            # UTF-8 is what source is written in unless it says otherwise.
            encoding = None if "b" in mode else "utf-8"
            return (
                open(spec.origin, mode, encoding=encoding),
                spec.origin,
                (suffix, mode, kind),
            )
    raise ImportError(f"{spec.origin} is no kind of module", name=name)


def load_module(name, file, filename, details):
    """Load a module with what `find_module` returned; return the module."""
    kind = details[2]
    if kind == PY_SOURCE:
        return load_source(name, filename)
    if kind == PY_COMPILED:
        return load_compiled(name, filename)
    if kind == C_EXTENSION:
        return load_dynamic(name, filename)
    if kind == PKG_DIRECTORY:
        return load_source(name, os.path.join(filename, "__init__.py"))
    if kind in (C_BUILTIN, PY_FROZEN):
        return importlib.import_module(name)
    raise ImportError(f"{kind!r} is no kind of module", name=name)


def load_source(name, pathname, file=None):
    """Load the source file `pathname` as the module `name`, even if there is one."""
    return _load(name, pathname, _old_code.OldCodeLoader(name, pathname))


def load_compiled(name, pathname, file=None):
    """Load the byte code file `pathname` as the module `name`, even if there is one."""
    return _load(name, pathname, SourcelessFileLoader(name, pathname))


def load_dynamic(name, path, file=None):
    """Load the extension module `path` as the module `name`."""
    return _load(name, path, ExtensionFileLoader(name, path))


def _load(name, path, loader):
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
