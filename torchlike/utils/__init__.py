"""Helpers that do not belong to one part of the package."""

import importlib

from torchlike.utils import backcompat, data, hooks

__all__ = [
    "backcompat",
    "data",
    "hooks",
    "model_zoo",
    "serialization",
    "summary",
    "trainer",
]

_LATE = ("model_zoo", "serialization", "trainer")  # slow to import, and rarely used


def __getattr__(name):
    if name in _LATE:
        return importlib.import_module(f"torchlike.utils.{name}")
    if name == "summary":  # its module needs torchlike.nn
        return importlib.import_module("torchlike.utils.model_summary").summary
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
