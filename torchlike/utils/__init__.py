"""Helpers that do not belong to one part of the package."""

import importlib

from torchlike.utils import backcompat, data, hooks

__all__ = ["backcompat", "data", "hooks", "model_zoo"]


def __getattr__(name):
    if name == "model_zoo":  # it loads what speaks HTTP
        return importlib.import_module("torchlike.utils.model_zoo")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
