"""Helpers that do not belong to one part of the package."""

from torchlike.utils import backcompat, data, hooks

__all__ = ["backcompat", "data", "hooks"]
