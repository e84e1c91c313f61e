"""The standard library's `multiprocessing`, with tensors that share their memory.

Everything of that module is here. Tensors, storages, Variables and modules that go
through a queue, a pipe, a pool or the arguments of a process move to shared memory:
the other process gets the same memory, not a copy.
"""

import importlib
import multiprocessing
from multiprocessing import *  # noqa: F403 (all of it is public here)

from torchlike.multiprocessing import reductions as _reductions
from torchlike.multiprocessing.reductions import (
    get_all_sharing_strategies,
    get_sharing_strategy,
    set_sharing_strategy,
)

__all__ = [
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "set_sharing_strategy",
    *multiprocessing.__all__,
]

_reductions.register()


def __getattr__(name):
    if not name.startswith("__"):
        try:
            return getattr(multiprocessing, name)
        except AttributeError:
            try:  # a module of the package that nobody has imported yet
                return importlib.import_module(f"multiprocessing.{name}")
            except ModuleNotFoundError:
                pass
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *dir(multiprocessing)})
