"""The standard library's `multiprocessing.pool`."""

from multiprocessing.pool import Pool

__all__ = ["Pool"]
